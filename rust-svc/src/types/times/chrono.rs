//! Conversions of the times of `chrono`.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ForeignDuration, ForeignTimestamp, OutOfRange, SignedDuration, Timestamp, impl_conversion_back};

impl_conversion_back!(DateTime<Utc>, TimeDelta);

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        Self::from_timestamp(time.seconds(), time.nanos()).ok_or(OutOfRange)
    }
}

/// Cannot fail: the range is larger than that of protobuf.
impl From<SignedDuration> for TimeDelta {
    fn from(span: SignedDuration) -> Self {
        Self::seconds(span.seconds()) + Self::nanoseconds(span.nanos().into())
    }
}

/// In a leap second the nanoseconds are more than a second.
impl ForeignTimestamp for DateTime<Utc> {
    fn parts(self) -> (i64, i32) {
        (self.timestamp(), self.timestamp_subsec_nanos().cast_signed())
    }
}

impl ForeignDuration for TimeDelta {
    fn parts(self) -> (i64, i32) {
        (self.num_seconds(), self.subsec_nanos())
    }
}
