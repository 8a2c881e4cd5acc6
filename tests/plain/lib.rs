//! Plain types and traits alone, as a crate of its own has them.

#[path = "../golden/plain/mod.rs"]
mod generated;

pub use self::generated::*;
