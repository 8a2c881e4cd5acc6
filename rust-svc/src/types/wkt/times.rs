//! How the times of other crates travel.
//!
//! What such a crate can express and protobuf cannot travels as it is; who reads it refuses it.

use prost_types as pb;

use crate::{
    Message, SignedDuration, Timestamp, Violations,
    types::times::{Instant, Span, carried},
};

macro_rules! travels {
    ($feature:literal: $instant:ty, $span:ty) => {
        #[cfg(feature = $feature)]
        impl Message for $instant {
            const NAME: &'static str = <Timestamp as Message>::NAME;
            type Wire = pb::Timestamp;

            fn into_wire(self) -> pb::Timestamp {
                let (seconds, nanos) = carried(Instant::parts(self));
                pb::Timestamp { seconds, nanos: nanos.cast_signed() }
            }

            fn read(wire: pb::Timestamp, violations: &mut Violations) -> Option<Self> {
                let time = Timestamp::read(wire, violations)?;
                time.try_into().ok().or_else(|| violations.reject("is too early or too late for this service"))
            }
        }

        #[cfg(feature = $feature)]
        impl Message for $span {
            const NAME: &'static str = <SignedDuration as Message>::NAME;
            type Wire = pb::Duration;

            fn into_wire(self) -> pb::Duration {
                let (seconds, nanos) = Span::parts(self);
                pb::Duration { seconds, nanos }
            }

            fn read(wire: pb::Duration, violations: &mut Violations) -> Option<Self> {
                SignedDuration::read(wire, violations).map(Self::from)
            }
        }
    };
}

travels!("chrono": chrono::DateTime<chrono::Utc>, chrono::TimeDelta);
travels!("jiff": jiff::Timestamp, jiff::SignedDuration);
travels!("time": time::OffsetDateTime, time::Duration);
