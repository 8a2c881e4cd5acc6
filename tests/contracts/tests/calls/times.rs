//! Timestamps and durations of other crates.

use std::{collections::BTreeMap, sync::Arc};

use axum::body::Body;
use http_body_util::BodyExt as _;
use rust_svc::{Context, Message, Result, Streaming, Timestamp, async_trait, wkt};
use tower::ServiceExt as _;

/// The tests of a crate: its types for timestamps and durations, the name of its case, and a timestamp.
macro_rules! times {
    ($case:ident, $timestamp:ty, $duration:ty, $at:expr, $span:expr) => {
        mod $case {
            use super::*;
            use crate::golden::$case::times::v1::{self as api, Plain, Times, pb, times};

            fn times() -> Times {
                let (at, span): ($timestamp, $duration) = ($at, $span);
                Times {
                    at: Some(at),
                    required: at,
                    all: vec![at, at],
                    named: BTreeMap::from([("n".into(), at)]),
                    way: Some(times::Way::Within(span)),
                    span: Some(span),
                    span_required: span,
                    spans: vec![span],
                    spans_by_number: BTreeMap::from([(-1, span)]),
                    plain: Some(Plain { at: Timestamp::new(1, 2) }),
                }
            }

            #[test]
            fn times_survive_a_round_trip() {
                let wire = times().into_wire();
                let at = wkt::Timestamp { seconds: -1, nanos: 500_000_000 };
                let span = wkt::Duration { seconds: -1, nanos: -500_000_000 };
                assert_eq!((wire.at, wire.all.as_slice()), (Some(at), &[at, at][..]));
                assert_eq!((wire.span, &wire.way), (Some(span), &Some(pb::times::Way::Within(span))));
                assert_eq!(Times::from_wire(wire).expect("valid"), times());
            }

            #[test]
            fn times_out_of_range_have_their_paths() {
                let late = wkt::Timestamp { seconds: i64::MAX, nanos: 0 };
                let crooked = wkt::Timestamp { seconds: 0, nanos: -1 };
                let long = wkt::Duration { seconds: i64::MIN, nanos: 0 };
                let wrong = pb::Times {
                    at: Some(late),
                    all: vec![wkt::Timestamp::default(), crooked],
                    named: [("n".to_owned(), late)].into(),
                    way: Some(pb::times::Way::Since(crooked)),
                    span: Some(long),
                    spans: vec![long],
                    spans_by_number: [(7, wkt::Duration { seconds: 1, nanos: -1 })].into(),
                    ..pb::Times::default()
                };
                let violations = Times::from_wire(wrong).expect_err("wrong").into_vec();
                let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
                let wrong = ["at", "required", "all[1]", "named[\"n\"]", "since", "span", "span_required", "spans[0]"];
                assert_eq!(fields, [&wrong[..], &["spans_by_number[7]"]].concat());
            }

            struct Clock;

            #[async_trait]
            impl api::ClockService for Clock {
                async fn echo(&self, _: Context, request: Times) -> Result<Times> {
                    Ok(request)
                }

                async fn round(&self, _: Context, request: $timestamp) -> Result<$timestamp> {
                    Ok(request)
                }

                async fn wait(&self, _: Context, _: Streaming<$duration>) -> Result<Streaming<$timestamp>> {
                    Ok(Streaming::from_messages([$at]))
                }
            }

            #[tokio::test]
            async fn times_are_requests_and_responses() {
                let gateway = api::clock_service_gateway(Arc::new(Clock)).into_router();
                let body = Body::from(r#""1969-12-31T23:59:59.500Z""#);
                let request = http::Request::post("/v1/round").header("content-type", "application/json").body(body);
                let response = gateway.oneshot(request.expect("a request")).await.expect("infallible");
                let body = response.into_body().collect().await.expect("a body").to_bytes();
                assert_eq!(&body[..], br#""1969-12-31T23:59:59.500Z""#);
            }

            #[tokio::test]
            async fn times_are_responses_of_a_fake() {
                let fake = api::ClockServiceFake::new();
                fake.round.returns($at);
                let service: Arc<dyn api::ClockService> = Arc::new(fake);
                assert_eq!(service.round(Context::new(), $at).await.expect("scripted"), $at);
            }
        }
    };
}

times!(
    times_chrono,
    rust_svc::chrono::DateTime<rust_svc::chrono::Utc>,
    rust_svc::chrono::TimeDelta,
    rust_svc::chrono::DateTime::from_timestamp(-1, 500_000_000).expect("in range"),
    rust_svc::chrono::TimeDelta::milliseconds(-1_500)
);
times!(
    times_jiff,
    rust_svc::jiff::Timestamp,
    rust_svc::jiff::SignedDuration,
    rust_svc::jiff::Timestamp::new(0, -500_000_000).expect("in range"),
    rust_svc::jiff::SignedDuration::from_millis(-1_500)
);
times!(
    times_time,
    rust_svc::time::OffsetDateTime,
    rust_svc::time::Duration,
    rust_svc::time::OffsetDateTime::UNIX_EPOCH - rust_svc::time::Duration::milliseconds(500),
    rust_svc::time::Duration::milliseconds(-1_500)
);

/// jiff reserves a part of the last day of the year 9999 for time zones.
#[test]
fn times_that_a_crate_cannot_express_are_violations() {
    let last = wkt::Timestamp { seconds: 253_402_300_799, nanos: 0 };
    let violations = rust_svc::jiff::Timestamp::from_wire(last).expect_err("too late").into_vec();
    assert_eq!(violations[0].description, "is too early or too late for this service");
}

/// Timestamps that protobuf cannot express are sent unchanged, and rejected by the receiver.
#[test]
fn times_are_not_clamped() {
    let wire = rust_svc::jiff::Timestamp::MIN.into_wire();
    assert_eq!(wire.seconds, rust_svc::jiff::Timestamp::MIN.as_second());
    assert!(rust_svc::jiff::Timestamp::from_wire(wire).is_err());
    let wire = rust_svc::time::Duration::MAX.into_wire();
    assert_eq!((wire.seconds, wire.nanos), (i64::MAX, 999_999_999));
}
