//! Times of other crates in place of [`Timestamp`] and [`SignedDuration`]: those of `jiff`, `chrono` and `time`, each
//! behind a feature of its name.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "time")]
mod time;

use super::{SignedDuration, Timestamp, duration::OutOfRange};

/// A point in time, of another crate.
pub(crate) trait Instant: Copy + TryFrom<Timestamp> {
    /// Seconds since 1970 and nanoseconds to add to them, which may be negative, or more than a second.
    fn parts(self) -> (i64, i32);
}

/// A span of time that may be negative, of another crate.
pub(crate) trait Span: Copy + From<SignedDuration> {
    /// Whole seconds, rounded towards zero, and the nanoseconds beside them, of the same sign.
    fn parts(self) -> (i64, i32);
}

/// The way back.
macro_rules! comes_back {
    ($instant:ty, $span:ty) => {
        impl TryFrom<$instant> for Timestamp {
            type Error = OutOfRange;

            fn try_from(time: $instant) -> Result<Self, OutOfRange> {
                let (seconds, nanos) = super::carried(Instant::parts(time));
                Self::new(seconds, nanos).ok_or(OutOfRange)
            }
        }

        impl TryFrom<$span> for SignedDuration {
            type Error = OutOfRange;

            fn try_from(span: $span) -> Result<Self, OutOfRange> {
                let (seconds, nanos) = Span::parts(span);
                Self::new(seconds, nanos).ok_or(OutOfRange)
            }
        }
    };
}
use comes_back;

/// Seconds and what is left of the nanoseconds, which count forward. A leap second is the begin of the next minute then.
pub(crate) fn carried((seconds, nanos): (i64, i32)) -> (i64, u32) {
    const SECOND: i32 = 1_000_000_000;
    (seconds + i64::from(nanos.div_euclid(SECOND)), nanos.rem_euclid(SECOND).cast_unsigned())
}

#[cfg(test)]
mod tests;
