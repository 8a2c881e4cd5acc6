//! The messages of `google.protobuf` that describe messages and services.
//!
//! They are printed by the generator, since those of prost lack what newer contracts say. A test holds them fresh.
#![allow(unreachable_pub, reason = "it is printed for crates that show it")]
#![allow(deprecated, reason = "what is deprecated travels, too")]

#[rustfmt::skip]
mod convert;
#[cfg(feature = "gateway")]
#[rustfmt::skip]
mod json;
#[rustfmt::skip]
pub(super) mod pb;

#[cfg(feature = "gateway")]
pub(crate) use json::TYPES;
