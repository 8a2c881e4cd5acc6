//! Times of the crates `chrono`, `jiff` and `time`, each behind a feature of its name, in place of
//! [`Timestamp`](super::Timestamp) and [`SignedDuration`](super::SignedDuration).

#[cfg(feature = "chrono")]
mod chrono;
mod foreign;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(test)]
mod tests;
#[cfg(feature = "time")]
mod time;

use foreign::impl_conversion_back;
pub(crate) use foreign::{ForeignDuration, ForeignTimestamp, carry_nanos};

use super::{SignedDuration, Timestamp, duration::OutOfRange};
