//! Texts that explain to the author of a test what went otherwise than scripted.

pub(super) mod difference;
pub(super) mod json;
pub(super) mod miss;
pub(super) mod report;
mod tree;
mod words;

pub(super) use words::{calls, values};
