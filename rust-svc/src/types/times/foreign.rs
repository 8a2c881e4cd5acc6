//! The traits of times of other crates, and their conversion.

use crate::types::{SignedDuration, Timestamp};

/// A point in time of another crate.
pub(crate) trait ForeignTimestamp: Copy + TryFrom<Timestamp> {
    /// Returns the seconds since 1970 and the nanoseconds to add, which may be negative, or more than a second.
    fn parts(self) -> (i64, i32);
}

/// A signed duration of another crate.
pub(crate) trait ForeignDuration: Copy + From<SignedDuration> {
    /// Returns whole seconds, rounded towards zero, and the nanoseconds after them, with the same sign.
    fn parts(self) -> (i64, i32);
}

/// Implements the conversion of a crate's times to those of this crate.
macro_rules! impl_conversion_back {
    ($instant:ty, $span:ty) => {
        impl TryFrom<$instant> for Timestamp {
            type Error = OutOfRange;

            fn try_from(time: $instant) -> Result<Self, OutOfRange> {
                let (seconds, nanos) = super::carry_nanos(ForeignTimestamp::parts(time));
                Self::new(seconds, nanos).ok_or(OutOfRange)
            }
        }

        impl TryFrom<$span> for SignedDuration {
            type Error = OutOfRange;

            fn try_from(span: $span) -> Result<Self, OutOfRange> {
                let (seconds, nanos) = ForeignDuration::parts(span);
                Self::new(seconds, nanos).ok_or(OutOfRange)
            }
        }
    };
}
pub(super) use impl_conversion_back;

/// Carries nanoseconds over to the seconds, so that they are positive and less than a second. A leap second becomes the
/// beginning of the next minute.
pub(crate) fn carry_nanos((seconds, nanos): (i64, i32)) -> (i64, u32) {
    const SECOND: i32 = 1_000_000_000;
    (seconds + i64::from(nanos.div_euclid(SECOND)), nanos.rem_euclid(SECOND).cast_unsigned())
}
