//! The messages of `google.protobuf`, as generated `pb` modules name them.

mod plain;

pub use prost_types::*;
