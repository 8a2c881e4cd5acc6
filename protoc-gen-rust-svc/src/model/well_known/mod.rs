//! Messages and enums of `google.protobuf` with a Rust type of their own.

mod kind;
mod times;

pub use self::{kind::WellKnown, times::Times};
