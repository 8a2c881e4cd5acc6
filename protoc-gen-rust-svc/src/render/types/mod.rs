//! Code with the shape of a type: domain types, their conversions and their JSON codecs.

pub(super) mod convert;
pub(super) mod domain;
pub(super) mod json;
