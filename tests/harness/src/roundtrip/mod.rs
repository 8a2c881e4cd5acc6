//! Round trips of random messages through generated conversions and JSON codecs.
//!
//! A [`Tree`] is the output of one run of the generator. [`Tree::check`] draws messages from its descriptors and checks
//! that
//!
//! - a valid message is unchanged after conversion to its plain type and back,
//! - the violations of an invalid message are exactly its invalid fields,
//! - a message is unchanged after a round trip through JSON, which equals that of another implementation
//!   (prost-reflect).
//!
//! `ROUND_TRIPS` is the number of messages for each property and each type.

mod check;
mod contracts;
mod draw;
mod editions;
mod endless;
mod json;
mod known;
mod leaves;
mod scalar;
mod types;

pub use check::{Check, Tally};
pub use types::Tree;
