//! Refuses requests that no compiler would send, before they become Rust code or file names.

mod defaults;
mod element;
mod empty_contract;
mod fields;
mod request;
mod symbols;
mod validator;

pub(crate) use self::request::NEWEST_EDITION;
pub use self::{empty_contract::check_declarations, request::validate};
