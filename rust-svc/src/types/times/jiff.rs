//! Conversions of the times of `jiff`.

use jiff::SignedDuration as JiffDuration;

use super::{ForeignDuration, ForeignTimestamp, OutOfRange, SignedDuration, Timestamp, impl_conversion_back};

impl_conversion_back!(jiff::Timestamp, JiffDuration);

/// Fails on the last day of the year 9999, part of which `jiff` reserves for time zones.
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        Self::new(time.seconds(), time.nanos().cast_signed()).map_err(|_| OutOfRange)
    }
}

impl From<SignedDuration> for JiffDuration {
    fn from(span: SignedDuration) -> Self {
        Self::new(span.seconds(), span.nanos())
    }
}

impl ForeignTimestamp for jiff::Timestamp {
    fn parts(self) -> (i64, i32) {
        (self.as_second(), self.subsec_nanosecond())
    }
}

impl ForeignDuration for JiffDuration {
    fn parts(self) -> (i64, i32) {
        (self.as_secs(), self.subsec_nanos())
    }
}
