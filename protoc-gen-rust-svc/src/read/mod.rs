//! The first stage: bytes or `.proto` files to descriptors.

pub mod call_policy;
mod canonical;
pub mod compile;
pub mod descriptor;
mod escape;
mod float;
mod input;
mod line_index;
mod raw;
pub mod rules;
mod source;
mod utf8;
mod validate;

pub use self::{
    canonical::Canonical,
    input::{File, Input, Malformed},
    source::{Source, SourceFolders},
    validate::{check_declarations, validate},
};
pub(crate) use self::{
    escape::{escape, unescape},
    float::float_text,
    raw::without_options,
    validate::NEWEST_EDITION,
};
