//! The Rust names of packages, messages, enums and oneofs.

mod accessors;
mod descriptors;
mod modules;
mod owners;
mod packages;
pub(crate) mod reflective;
mod types;

pub(crate) use self::{
    accessors::Accessors,
    descriptors::{is_in_oneof, is_map_entry, oneofs, proto_name},
    packages::{Packages, WELL_KNOWN},
    types::{OneofName, TypeNames},
};
pub(crate) use crate::names::full_name;
