//! The messages of `google.protobuf`, as generated `pb` modules name them.

mod plain;
mod reflective;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod times;

pub use prost_types::{Any, Duration, FieldMask, ListValue, NullValue, Struct, Timestamp, Value, value};
pub use reflective::pb::*;

#[cfg(feature = "gateway")]
pub(crate) use reflective::TYPES;
