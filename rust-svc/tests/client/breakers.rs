//! Circuit breakers, as callers observe them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rust_svc::{Client, Code, Context, Method, client::BreakerState, rpc};
use tokio::time;
use tracing::{
    field::{Field, Visit},
    span,
};

use crate::{
    GET, SENSITIVE, call,
    in_process::{Log, answer, client, failure},
};

const SENSITIVE_GET: Method = GET.timeout_ms(300).breaker(SENSITIVE);

/// Creates a client of a server that responds while `healthy` is set, and fails otherwise.
fn switched(healthy: &Arc<AtomicBool>) -> (Client, Log) {
    let healthy = healthy.clone();
    client(move |_| {
        let healthy = healthy.load(Ordering::SeqCst);
        async move {
            time::sleep(Duration::from_millis(10)).await;
            if healthy { answer("answer") } else { failure(Code::Unavailable.number()) }
        }
    })
}

fn state(client: &Client) -> BreakerState {
    client.breaker(&SENSITIVE_GET).unwrap().state()
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_probes_and_closes() {
    let healthy = Arc::new(AtomicBool::new(false));
    let (client, log) = switched(&healthy);
    assert_eq!(call(&client, SENSITIVE_GET).await.unwrap_err().message(), "");
    assert_eq!(call(&client, SENSITIVE_GET).await.unwrap_err().message(), "");
    assert_eq!((state(&client), log.calls()), (BreakerState::Open, 2));

    for _ in 0..100 {
        let error = call(&client, SENSITIVE_GET.no_side_effects()).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Unavailable, "circuit breaker open: test.v1.Test/Get"));
        assert_eq!(error.detail::<rpc::ErrorInfo>().unwrap().reason, "CIRCUIT_BREAKER_OPEN");
        assert!(error.retry_delay().unwrap() <= Duration::from_millis(1350));
    }
    assert_eq!(log.calls(), 2, "nothing is sent or retried");

    healthy.store(true, Ordering::SeqCst);
    time::sleep(Duration::from_millis(1200)).await;
    let results = futures::future::join_all((0..100).map(|_| call(&client, SENSITIVE_GET))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    assert_eq!((log.calls(), state(&client)), (5, BreakerState::Closed));
    assert!(call(&client, SENSITIVE_GET).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_opens_the_breaker_again() {
    let healthy = Arc::new(AtomicBool::new(false));
    let (client, log) = switched(&healthy);
    for _ in 0..2 {
        call(&client, SENSITIVE_GET).await.unwrap_err();
    }
    time::sleep(Duration::from_millis(1200)).await;
    let results = futures::future::join_all((0..100).map(|_| call(&client, SENSITIVE_GET))).await;
    assert!(results.iter().all(Result::is_err));
    assert_eq!((log.calls(), state(&client)), (5, BreakerState::Open));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_probe_returns_its_permit() {
    let healthy = Arc::new(AtomicBool::new(false));
    let (client, log) = switched(&healthy);
    for _ in 0..2 {
        call(&client, SENSITIVE_GET).await.unwrap_err();
    }
    time::sleep(Duration::from_millis(1200)).await;
    for _ in 0..10 {
        let dropped = time::timeout(Duration::from_millis(1), call(&client, SENSITIVE_GET)).await;
        assert!(dropped.is_err());
    }
    assert_eq!((log.calls(), state(&client)), (12, BreakerState::HalfOpen));
}

#[tokio::test(start_paused = true)]
async fn only_codes_of_server_faults_open_the_breaker() {
    for number in 1..=16 {
        let code = Code::from_number(number).unwrap();
        let (client, _) = client(move |_| async move { failure(number) });
        for _ in 0..20 {
            call(&client, SENSITIVE_GET).await.unwrap_err();
        }
        let opens = matches!(number, 2 | 4 | 8 | 13 | 14 | 15);
        assert_eq!(state(&client) == BreakerState::Open, opens, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_server_opens_the_breaker() {
    let (client, log) = client(|_| std::future::pending());
    for _ in 0..2 {
        assert_eq!(call(&client, SENSITIVE_GET).await.unwrap_err().code(), Code::DeadlineExceeded);
    }
    assert_eq!((state(&client), log.calls()), (BreakerState::Open, 2));
}

#[tokio::test(start_paused = true)]
async fn short_deadlines_do_not_open_the_breaker() {
    let (client, _) = client(|_| async {
        time::sleep(Duration::from_millis(20)).await;
        answer("answer")
    });
    for _ in 0..1000 {
        let cx = Context::new().with_timeout(Duration::from_millis(5));
        let result = client.unary::<_, String, _, _>(SENSITIVE_GET, cx, String::new()).await;
        assert_eq!(result.unwrap_err().code(), Code::DeadlineExceeded);
    }
    assert_eq!(state(&client), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn each_method_has_its_own_breaker() {
    const OTHER: Method = Method::unary("/test.v1.Test/Other").breaker(SENSITIVE);
    let healthy = Arc::new(AtomicBool::new(false));
    let (client, _) = switched(&healthy);
    for _ in 0..2 {
        call(&client, SENSITIVE_GET).await.unwrap_err();
    }
    assert_eq!(state(&client.clone()), BreakerState::Open, "clones share it");
    assert_eq!(client.breaker(&OTHER).unwrap().state(), BreakerState::Closed);
    assert!(client.breaker(&OTHER.no_breaker()).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_does_not_replace_the_error_of_the_server() {
    let (client, log) = client(|_| async { failure(Code::Unavailable.number()) });
    let method = SENSITIVE_GET.no_side_effects().timeout_ms(10_000);
    let error = call(&client, method).await.unwrap_err();
    assert_eq!((error.message(), log.calls()), ("", 2));
    assert_eq!(state(&client), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn force_open_rejects_calls_until_reset() {
    let (client, log) = client(|_| async { answer("answer") });
    let breaker = client.breaker(&SENSITIVE_GET).unwrap();
    breaker.force_open();
    assert_eq!(call(&client, SENSITIVE_GET).await.unwrap_err().code(), Code::Unavailable);
    breaker.reset();
    assert!(call(&client, SENSITIVE_GET).await.is_ok());
    assert_eq!(log.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_can_override_the_policies_of_a_method() {
    let builder = Client::builder("local").method(GET.no_side_effects().no_breaker());
    let (client, log) = crate::in_process::build(builder, |_| async { failure(Code::Unavailable.number()) });
    call(&client, SENSITIVE_GET).await.unwrap_err();
    assert_eq!(log.calls(), 3);
    assert!(client.breaker(&SENSITIVE_GET).is_none());
}

/// The fields of the events of the breaker of one method, in order.
///
/// It is the global subscriber: `tracing` caches whether a call site is of interest, and another test may reach the call
/// site first, on a thread without a subscriber.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

const WATCHED: Method = Method::unary("/test.v1.Test/Watched").timeout_ms(300).breaker(SENSITIVE);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("rust_svc::breaker")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = event.metadata().level().to_string();
        let mut visit = |field: &Field, value: &dyn std::fmt::Debug| {
            if ["method", "from", "to"].contains(&field.name()) {
                text += &format!(" {}={value:?}", field.name());
            }
        };
        event.record(&mut visit as &mut dyn Visit);
        if text.contains(WATCHED.full_name()) {
            self.0.lock().unwrap().push(text);
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn every_transition_is_logged() {
    let events = Events::default();
    tracing::subscriber::set_global_default(events.clone()).unwrap();
    let healthy = Arc::new(AtomicBool::new(false));
    let (client, _) = switched(&healthy);
    for _ in 0..2 {
        call(&client, WATCHED).await.unwrap_err();
    }
    healthy.store(true, Ordering::SeqCst);
    time::sleep(Duration::from_millis(1200)).await;
    for _ in 0..3 {
        call(&client, WATCHED).await.unwrap();
    }
    let expected = [
        r#"WARN method="test.v1.Test/Watched" from=closed to=open"#,
        r#"INFO method="test.v1.Test/Watched" from=open to=half open"#,
        r#"INFO method="test.v1.Test/Watched" from=half open to=closed"#,
    ];
    assert_eq!(*events.0.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn callers_in_a_hurry_do_not_hide_a_hanging_server() {
    let hangs = Arc::new(AtomicBool::new(false));
    let flag = hangs.clone();
    let (client, _) = client(move |_| {
        let hangs = flag.load(Ordering::SeqCst);
        async move {
            time::sleep(Duration::from_millis(if hangs { 60_000 } else { 5 })).await;
            answer("answer")
        }
    });
    let method = GET.timeout_ms(5000).breaker(SENSITIVE);
    let hurried = |millis| {
        let cx = Context::new().with_timeout(Duration::from_millis(millis));
        client.unary::<_, String, _, _>(method, cx, String::new())
    };
    for _ in 0..10 {
        hurried(100).await.unwrap();
    }
    hangs.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        assert_eq!(hurried(15).await.unwrap_err().code(), Code::DeadlineExceeded);
    }
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Closed, "three times as long may be chance");
    for _ in 0..10 {
        assert!(time::timeout(Duration::from_millis(50), hurried(1000)).await.is_err());
    }
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Open, "ten times as long is not");
}

#[tokio::test(start_paused = true)]
async fn methods_of_a_group_share_a_breaker() {
    const ONE: Method = GET.breaker(SENSITIVE.group("stock"));
    const OTHER: Method = Method::unary("/test.v1.Test/Other").breaker(SENSITIVE.group("stock"));
    let (client, _) = client(|_| async { failure(Code::Unavailable.number()) });
    call(&client, ONE).await.unwrap_err();
    call(&client, OTHER).await.unwrap_err();
    assert_eq!(client.breaker(&ONE).unwrap().state(), BreakerState::Open);
    let error = call(&client, OTHER).await.unwrap_err();
    assert_eq!(error.message(), "circuit breaker open: stock");
    call(&client, Method::unary("/test.v1.Test/Alone")).await.unwrap_err();
    let breakers = client.breakers();
    let names: Vec<_> = breakers.iter().map(|breaker| (breaker.method(), breaker.state())).collect();
    assert_eq!(names, [("stock", BreakerState::Open), ("test.v1.Test/Alone", BreakerState::Closed)]);
}

#[tokio::test(start_paused = true)]
async fn force_closed_admits_calls_to_a_failing_server() {
    let (client, log) = client(|_| async { failure(Code::Unavailable.number()) });
    let breaker = client.breaker(&SENSITIVE_GET).unwrap();
    breaker.force_closed();
    for _ in 0..10 {
        call(&client, SENSITIVE_GET).await.unwrap_err();
    }
    assert_eq!((breaker.state(), log.calls()), (BreakerState::Closed, 10));
}

#[tokio::test(start_paused = true)]
async fn slow_calls_open_the_breaker() {
    let (client, _) = client(|_| async {
        time::sleep(Duration::from_millis(200)).await;
        answer("answer")
    });
    let method = GET.breaker(SENSITIVE.slow_ms(150, 100));
    for _ in 0..2 {
        call(&client, method).await.unwrap();
    }
    assert_eq!(call(&client, method).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Open);
}
