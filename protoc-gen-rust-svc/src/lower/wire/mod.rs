//! Descriptors for prost-build and for reflection.

mod descriptor_set;
mod fields;
mod files;
mod names;
mod placeholders;
mod rename;

pub use self::files::WireFile;
pub(crate) use self::{
    descriptor_set::DescriptorSets,
    names::WireNames,
    placeholders::{PLACEHOLDERS, placeholders},
};
