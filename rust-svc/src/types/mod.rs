//! Plain types for the well-known types of protobuf.

mod any;
mod digits;
mod duration;
mod field_mask;
mod json;
#[cfg(feature = "prost")]
pub mod rpc;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
pub(crate) mod times;
mod timestamp;
#[cfg(feature = "prost")]
pub mod wkt;

pub use any::{Any, UnpackError};
pub use duration::SignedDuration;
pub use field_mask::FieldMask;
pub use json::Json;
pub use timestamp::Timestamp;
