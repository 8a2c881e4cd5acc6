//! One module a case: what is printed for the `.proto` of the same name.

pub mod chat;
pub mod clashes_client;
pub mod comments;
pub mod edition2023;
pub mod edition2024;
pub mod fields;
pub mod imported;
pub mod keywords;
pub mod modules;
pub mod nameless;
pub mod no_package;
pub mod one_segment;
pub mod policies;
pub mod proto2;
pub mod recursion;
pub mod speaks_proto;
pub mod stock;
pub mod two_services;
pub mod user;
pub mod well_known;
