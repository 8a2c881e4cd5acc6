//! The conversions between the times of other crates and the messages of `google.protobuf`.
//!
//! A value outside the range of protobuf is sent as it is; the receiver refuses it.

use prost_types as pb;

use crate::{
    Message, SignedDuration, Timestamp, Violations,
    types::times::{ForeignDuration, ForeignTimestamp, carry_nanos},
};

macro_rules! impl_message {
    ($feature:literal: $instant:ty, $span:ty) => {
        #[cfg(feature = $feature)]
        impl Message for $instant {
            const NAME: &'static str = <Timestamp as Message>::NAME;
            type Wire = pb::Timestamp;

            fn into_wire(self) -> pb::Timestamp {
                let (seconds, nanos) = carry_nanos(ForeignTimestamp::parts(self));
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
                let (seconds, nanos) = ForeignDuration::parts(self);
                pb::Duration { seconds, nanos }
            }

            fn read(wire: pb::Duration, violations: &mut Violations) -> Option<Self> {
                SignedDuration::read(wire, violations).map(Self::from)
            }
        }
    };
}

impl_message!("chrono": chrono::DateTime<chrono::Utc>, chrono::TimeDelta);
impl_message!("jiff": jiff::Timestamp, jiff::SignedDuration);
impl_message!("time": time::OffsetDateTime, time::Duration);
