//! A new service project: the files of a crate around the code generated from some `.proto` files.
//!
//! | module | |
//! |---|---|
//! | [`openapi`] | a first contract from the description of a REST API |
//! | [`manifest`] | the name of the package, the dependency on `rust-svc`, the workspace around the project |
//! | [`protos`] | the `.proto` files of the project |
//! | [`context`] | the context of templates |
//! | [`templates`] | the files that the team owns |
//! | [`folder`] | writes the files |
//! | [`file_error`] | why a file cannot be read or written, and what to do |
//! | [`sync`] | the methods that a contract has and a project lacks |
//!
//! The files below `src/generated` belong to the generator; all others belong to the team, and are made only once.

pub mod context;
pub mod file_error;
pub mod files;
pub mod folder;
mod make;
pub mod manifest;
pub mod openapi;
mod order;
pub mod parts;
pub mod protos;
pub mod sync;
pub mod templates;

pub use self::{
    files::{Failure, GENERATED, ProjectFiles},
    make::{Project, make},
    order::{Order, Template},
};
