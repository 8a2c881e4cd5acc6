//! Plain types and traits alone, with nothing else generated in their crate.

#[path = "../golden/domain_only/mod.rs"]
mod generated;

pub use self::generated::*;
