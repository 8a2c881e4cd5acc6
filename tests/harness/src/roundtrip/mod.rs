//! Random messages, sent through the conversions and the JSON codecs that are printed.
//!
//! A [`Tree`] is what one run of the generator printed. [`Tree::check`] draws messages from its descriptors and holds that
//!
//! - a message with nothing wrong becomes a plain type and comes back as it was,
//! - of one that is invalid in some places, exactly these places are violations,
//! - JSON brings it back as it was, and reads and prints as another implementation (prost-reflect) does.
//!
//! `ROUND_TRIPS` is how many messages are drawn for each of these and for each type.

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
