//! Conversions of the times of `time`.

use time::{Duration, OffsetDateTime};

use super::{ForeignDuration, ForeignTimestamp, OutOfRange, SignedDuration, Timestamp, impl_conversion_back};

impl_conversion_back!(OffsetDateTime, Duration);

/// Returns a time in UTC.
impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        let whole = Self::from_unix_timestamp(time.seconds()).map_err(|_| OutOfRange)?;
        whole.replace_nanosecond(time.nanos()).map_err(|_| OutOfRange)
    }
}

impl From<SignedDuration> for Duration {
    fn from(span: SignedDuration) -> Self {
        Self::new(span.seconds(), span.nanos())
    }
}

impl ForeignTimestamp for OffsetDateTime {
    fn parts(self) -> (i64, i32) {
        (self.unix_timestamp(), self.nanosecond().cast_signed())
    }
}

impl ForeignDuration for Duration {
    fn parts(self) -> (i64, i32) {
        (self.whole_seconds(), self.subsec_nanoseconds())
    }
}
