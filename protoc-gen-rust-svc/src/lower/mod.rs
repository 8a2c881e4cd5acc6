//! The second stage: descriptors to the model.
//!
//! Everything that depends on the syntax or edition of a file, or on how protobuf names become Rust names, is decided here.
//!
//! | folder | does |
//! |---|---|
//! | `names` | gives each package, message, enum and oneof its Rust name |
//! | `elements` | builds the model from the descriptors, element by element |
//! | `passes` | completes the model with what depends on more than one element |
//! | `wire` | renames the descriptors for prost-build |

mod elements;
mod graph;
mod lowering;
mod names;
mod parts;
mod passes;
mod pipeline;
mod route_problems;
mod wire;

pub(crate) use self::{
    names::WELL_KNOWN,
    wire::{PLACEHOLDERS, placeholders},
};
pub use self::{
    pipeline::{Lowered, lower},
    wire::WireFile,
};
