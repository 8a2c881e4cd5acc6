//! Retries, and the waits between attempts.

use std::time::Duration;

use rust_svc::{Code, Context, Message, Method, Retry, Violations, rpc};
use tokio::time::{self, Instant};

use crate::{
    GET, call,
    in_process::{answer, client, failure, failure_with},
};

const UNAVAILABLE: i32 = Code::Unavailable.number();
const INTERNAL: i32 = Code::Internal.number();

const RETRIED_GET: Method = GET.idempotent().retry(Retry::new(4).backoff_ms(1000, 2500, 2.0));

fn texts(values: &[Option<&str>]) -> Vec<Option<String>> {
    values.iter().map(|value| value.map(str::to_owned)).collect()
}

fn assert_waits(waits: &[u128], expected: &[u128]) {
    assert_eq!(waits.len(), expected.len(), "{waits:?}");
    for (wait, base) in waits.iter().zip(expected) {
        assert!((base * 8 / 10..=base * 12 / 10 + 2).contains(wait), "{waits:?} is not about {expected:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_retried_until_it_succeeds() {
    let (client, log) = client(|index| async move { if index < 3 { failure(UNAVAILABLE) } else { answer("answer") } });
    assert_eq!(call(&client, RETRIED_GET).await.unwrap(), "answer");
    assert_eq!(log.header("grpc-previous-rpc-attempts"), texts(&[None, Some("1"), Some("2"), Some("3")]));
    assert_waits(&log.waits(), &[1000, 2000, 2500]);
}

#[tokio::test(start_paused = true)]
async fn the_last_error_is_returned_after_all_attempts() {
    let (client, log) = client(|index| async move {
        failure_with(UNAVAILABLE, &[("grpc-message", &format!("failure {index}")), ("x-index", &index.to_string())])
    });
    let cx = Context::new();
    let error = client.unary::<_, String, _, _>(RETRIED_GET, cx.clone(), String::new()).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "failure 3"));
    assert_eq!(error.metadata().get("x-index"), Some("3"));
    assert_eq!(cx.trailers().get("x-index"), Some("3"));
    assert_eq!(log.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn codes_and_idempotency_decide_about_retries() {
    let retry = Retry::new(3).on(&[Code::Unavailable, Code::Internal, Code::DeadlineExceeded]);
    for (method, code, calls) in [
        (GET, UNAVAILABLE, 1),
        (GET.retry(retry), UNAVAILABLE, 3),
        (GET.retry(retry), INTERNAL, 1),
        (GET.retry(retry), Code::DeadlineExceeded.number(), 1),
        (GET.retry(retry).idempotent(), INTERNAL, 3),
        (GET.no_side_effects(), UNAVAILABLE, 3),
        (GET.no_side_effects(), INTERNAL, 1),
        (GET.no_side_effects(), Code::NotFound.number(), 1),
    ] {
        let (client, log) = client(move |_| async move { failure(code) });
        assert_eq!(call(&client, method).await.unwrap_err().code().number(), code);
        assert_eq!(log.calls(), calls, "{method:?} {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_not_retried_after_its_response_began() {
    let (client, log) = client(|_| async {
        let trailers = [("grpc-status".parse().unwrap(), UNAVAILABLE.into())].into_iter().collect();
        crate::in_process::pieces([http_body::Frame::trailers(trailers)])
    });
    assert_eq!(call(&client, RETRIED_GET).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(log.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn pushback_sets_the_wait_or_stops_retries() {
    for (pushback, waits) in [
        (&["0"][..], Some([0, 1000, 2000])),
        (&["7000"], Some([7000, 1000, 2000])),
        (&["-1"], None),
        (&["xxx"], None),
        (&["1", "2"], None),
        (&["2147483648"], None),
    ] {
        let (client, log) = client(move |index| async move {
            let headers: Vec<_> = pushback.iter().map(|value| ("grpc-retry-pushback-ms", *value)).collect();
            if index == 0 { failure_with(UNAVAILABLE, &headers) } else { failure(UNAVAILABLE) }
        });
        assert_eq!(call(&client, RETRIED_GET).await.unwrap_err().code(), Code::Unavailable);
        assert_waits(&log.waits(), waits.as_ref().map_or(&[], |waits| waits));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_skipped() {
    let (client, log) = client(|_| async { failure_with(UNAVAILABLE, &[("grpc-message", "really")]) });
    let start = Instant::now();
    let error = call(&client, RETRIED_GET.timeout_ms(2000)).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "really"));
    assert_eq!(log.calls(), 2);
    assert!(start.elapsed() <= Duration::from_millis(1200), "it does not wait for a deadline that it cannot meet");
}

#[tokio::test(start_paused = true)]
async fn all_attempts_share_one_deadline() {
    let (client, log) = client(|index| async move {
        if index == 0 {
            return failure(UNAVAILABLE);
        }
        std::future::pending().await
    });
    let start = Instant::now();
    assert_eq!(call(&client, RETRIED_GET.timeout_ms(5000)).await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!((start.elapsed().as_millis(), log.calls()), (5000, 2));
    let timeouts = log.header("grpc-timeout");
    assert_eq!(timeouts[0].as_deref(), Some("5000000u"));
    assert!(timeouts[1].as_deref() < Some("4200001u"), "{timeouts:?}");
}

#[tokio::test(start_paused = true)]
async fn cancellation_ends_a_wait() {
    let (client, log) = client(|_| async { failure_with(UNAVAILABLE, &[("grpc-retry-pushback-ms", "60000")]) });
    let (cx, guard) = Context::new().with_cancel_guard();
    let start = Instant::now();
    let (result, ()) = tokio::join!(client.unary::<_, String, _, _>(RETRIED_GET, cx, String::new()), async {
        time::sleep(Duration::from_millis(10)).await;
        drop(guard);
    });
    assert_eq!(result.unwrap_err().code(), Code::Cancelled);
    assert_eq!((start.elapsed().as_millis(), log.calls()), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_amplified() {
    let (client, log) = client(|_| async { failure(UNAVAILABLE) });
    let method = GET.no_side_effects().no_breaker();
    for _ in 0..100 {
        assert!(call(&client, method).await.is_err());
    }
    assert!(log.calls() <= 110, "{} attempts for 100 calls", log.calls());
}

#[tokio::test(start_paused = true)]
async fn an_unsent_request_does_not_count_as_an_attempt() {
    let tries = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for (failures, works) in [(3, true), (4, false)] {
        tries.store(0, std::sync::atomic::Ordering::SeqCst);
        let counter = tries.clone();
        let service = tower::service_fn(move |request: http::Request<_>| {
            assert!(request.headers().get("grpc-previous-rpc-attempts").is_none());
            let refused = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < failures;
            async move {
                if refused {
                    Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))
                } else {
                    Ok(answer("answer"))
                }
            }
        });
        let client = rust_svc::Client::from_service(service);
        assert_eq!(call(&client, GET).await.is_ok(), works);
        let breaker = client.breaker(&GET).unwrap().snapshot();
        assert_eq!((breaker.calls, breaker.failures), (1, u64::from(!works)), "it is one sample");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_info_sets_the_wait() {
    let (client, log) = client(|index| async move {
        let error = rust_svc::Error::unavailable("later").with_retry_delay(Duration::from_secs(9));
        let details = prost::Message::encode_to_vec(&rpc::Status::from(&error));
        let details = tonic::metadata::BinaryMetadataValue::from_bytes(&details);
        let details = std::str::from_utf8(details.as_encoded_bytes()).unwrap();
        if index == 0 { failure_with(UNAVAILABLE, &[("grpc-status-details-bin", details)]) } else { answer("answer") }
    });
    assert_eq!(call(&client, RETRIED_GET).await.unwrap(), "answer");
    assert!((9000..=9900).contains(&log.waits()[0]), "{:?}", log.waits());
}

/// A request with an idempotency key.
struct Order {
    key: String,
}

impl Message for Order {
    const NAME: &'static str = "test.v1.Order";
    type Wire = String;

    fn into_wire(self) -> String {
        self.key
    }

    fn read(wire: String, _: &mut Violations) -> Option<Self> {
        Some(Self { key: wire })
    }

    fn idempotency_key(&mut self) -> Option<&mut String> {
        Some(&mut self.key)
    }
}

#[tokio::test]
async fn all_attempts_have_the_same_idempotency_key() {
    for given in ["", "mine"] {
        let (sender, mut keys) = tokio::sync::mpsc::unbounded_channel();
        let server = crate::wire::Server::start(move |mut call| {
            let sender = sender.clone();
            async move {
                sender.send(call.next().await.unwrap().unwrap()).unwrap();
                if call.index < 2 { call.fail(INTERNAL) } else { call.answer("done") }
            }
        })
        .await;
        let retry = Retry::new(3).on(&[Code::Internal]).backoff_ms(1, 1, 1.0);
        let order = Order { key: given.to_owned() };
        let answer: String = server.client().unary(GET.retry(retry), Context::new(), order).await.unwrap();
        assert_eq!(answer, "done");
        let keys = [keys.recv().await.unwrap(), keys.recv().await.unwrap(), keys.recv().await.unwrap()];
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        assert!(if given.is_empty() { keys[0].len() == 36 } else { keys[0] == given }, "{keys:?}");
    }
}
