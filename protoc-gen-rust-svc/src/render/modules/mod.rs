//! The module trees: a `mod.rs` for each folder, and for each crate what its manifest holds.

mod index;
mod insertion_point;
mod manifest;
mod tree;

pub use self::insertion_point::{ROOT, insertion_point};
pub(super) use self::{
    index::{Index, module_of},
    manifest::{features, manifest},
    tree::{MODULE_FILE, Module, ModuleTree},
};
