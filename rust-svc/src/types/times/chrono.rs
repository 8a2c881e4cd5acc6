//! The times of `chrono`.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Instant, OutOfRange, SignedDuration, Span, Timestamp, comes_back};

comes_back!(DateTime<Utc>, TimeDelta);

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        Self::from_timestamp(time.seconds(), time.nanos()).ok_or(OutOfRange)
    }
}

/// Its range is larger than that of protobuf.
impl From<SignedDuration> for TimeDelta {
    fn from(span: SignedDuration) -> Self {
        Self::seconds(span.seconds()) + Self::nanoseconds(span.nanos().into())
    }
}

/// The nanoseconds of a leap second are more than a second.
impl Instant for DateTime<Utc> {
    fn parts(self) -> (i64, i32) {
        (self.timestamp(), self.timestamp_subsec_nanos().cast_signed())
    }
}

impl Span for TimeDelta {
    fn parts(self) -> (i64, i32) {
        (self.num_seconds(), self.subsec_nanos())
    }
}
