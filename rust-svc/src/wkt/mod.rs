//! The messages of `google.protobuf`, as generated `pb` modules name them.

mod plain;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod times;

pub use prost_types::*;
