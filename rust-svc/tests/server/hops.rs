//! Services that call each other in a chain.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use rust_svc::{Adapter, Breaker, Client, Code, Context, Error, Method, Result, Server, client::BreakerState};
use tokio::sync::mpsc;

use crate::{raw, support::soon};

const ASK: Method = Method::unary("/test.v1.Hop/Ask").no_side_effects().no_breaker();
const ASK_ONCE: Method = Method::unary("/test.v1.Hop/Ask").no_breaker();

/// A service that asks the next one. The last one does what the request says.
struct Hop {
    next: Option<(Client, Method)>,
    seen: Arc<Seen>,
    dropped: mpsc::UnboundedSender<()>,
}

/// The calls that a service received.
#[derive(Default)]
struct Seen {
    calls: AtomicUsize,
    remaining: Mutex<Option<Duration>>,
}

/// A chain of services; the first one is that of the caller.
struct Hops {
    client: Client,
    address: std::net::SocketAddr,
    seen: Vec<Arc<Seen>>,
    /// Each handler of the last service that was dropped.
    dropped: mpsc::UnboundedReceiver<()>,
}

struct ReportDrop(mpsc::UnboundedSender<()>);

impl Drop for ReportDrop {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

impl Hop {
    async fn ask(&self, cx: Context, request: String) -> Result<String> {
        self.seen.calls.fetch_add(1, SeqCst);
        *self.seen.remaining.lock().expect("a lock") = cx.remaining();
        if let Some((client, method)) = &self.next {
            return client.unary(*method, cx.child(), request).await;
        }
        let _report = ReportDrop(self.dropped.clone());
        match &*request {
            "fail" => Err(Error::unavailable("down")),
            "hang" => std::future::pending().await,
            _ => Ok(request),
        }
    }
}

impl Hops {
    /// Starts this many services, which call each other by a method.
    async fn start(count: usize, method: Method) -> Self {
        let (sender, dropped) = mpsc::unbounded_channel();
        let (mut next, mut seen, mut address) = (None, Vec::new(), None);
        for _ in 0..count {
            let hop = Hop { next: next.take(), seen: Arc::default(), dropped: sender.clone() };
            seen.insert(0, hop.seen.clone());
            let adapter = Adapter::new("test.v1.Hop", Arc::new(hop))
                .unary(ASK, |it, cx, request: String| Box::pin(it.ask(cx, request)));
            let bound = Server::new().adapter(adapter).bind("127.0.0.1:0").await.expect("a free port");
            next = Some((Client::new(format!("http://{}", bound.local_addr())).expect("an address"), method));
            address = Some(bound.local_addr());
            tokio::spawn(bound.run_until(std::future::pending()));
        }
        let (client, _) = next.expect("a service");
        Self { client, address: address.expect("a service"), seen, dropped }
    }

    async fn call(&self, method: Method, cx: Context, request: &str) -> Result<String> {
        soon(self.client.unary(method, cx, request.to_owned())).await
    }

    fn calls(&self) -> Vec<usize> {
        self.seen.iter().map(|seen| seen.calls.load(SeqCst)).collect()
    }
}

#[tokio::test]
async fn budgets_shrink_hop_by_hop() {
    let hops = Hops::start(3, ASK).await;
    let budget = Duration::from_secs(10);
    hops.call(ASK, Context::new().with_timeout(budget), "ok").await.expect("an answer");
    let mut before = budget;
    for (index, seen) in hops.seen.iter().enumerate() {
        let remaining = seen.remaining.lock().expect("a lock").expect("a deadline");
        // The caller's own timeout has no margin.
        let margin = if index == 0 { Duration::ZERO } else { Duration::from_millis(50) };
        assert!(remaining <= before - margin, "hop {index}: {remaining:?} of {before:?}");
        before = remaining;
    }
}

#[tokio::test]
async fn cancellation_reaches_the_last_service() {
    let mut hops = Hops::start(3, ASK).await;
    let client = hops.client.clone();
    let call =
        tokio::spawn(async move { client.unary::<_, String, _, _>(ASK, Context::new(), "hang".to_owned()).await });
    soon(async {
        while hops.calls()[2] == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    call.abort();
    soon(hops.dropped.recv()).await.expect("the handler is dropped");
    assert_eq!(hops.calls(), [1, 1, 1]);
}

/// Each of three clients retries; their budgets keep an outage from being multiplied.
#[tokio::test]
async fn retries_are_not_multiplied_by_hops() {
    let hops = Hops::start(3, ASK).await;
    for _ in 0..100 {
        let error = hops.call(ASK, Context::new(), "fail").await.expect_err("the last service is down");
        assert_eq!((error.code(), error.message()), (Code::Unavailable, "down"));
    }
    let calls = hops.calls();
    assert!(calls.iter().all(|calls| (100..=120).contains(calls)), "{calls:?} attempts for 100 calls");
}

#[tokio::test]
async fn an_open_breaker_tells_callers_when_to_return() {
    let guarded = ASK.breaker(Breaker::DEFAULT.min_calls(2).open_ms(10_000));
    let hops = Hops::start(2, guarded).await;
    for _ in 0..5 {
        hops.call(ASK_ONCE, Context::new(), "fail").await.expect_err("the last service is down");
    }
    let before = hops.calls();
    let error =
        hops.call(ASK, Context::new().with_timeout(Duration::from_secs(3)), "ok").await.expect_err("it is open");
    assert!(error.message().starts_with("circuit breaker open"), "{error}");
    assert!(error.retry_delay().is_some_and(|delay| delay > Duration::from_secs(5)), "{error:?}");
    assert_eq!(hops.calls(), [before[0] + 1, before[1]], "the caller does not retry before that");

    for (timeout, expected) in [(None, 5_000..13_201), (Some("60S"), 5_000..13_201), (Some("1S"), -1..0)] {
        let request = raw::request(ASK.path);
        let request = timeout.into_iter().fold(request, |request, timeout| request.header("grpc-timeout", timeout));
        let answer = raw::exchange(hops.address, request, raw::frame("ok")).await;
        let header = answer.headers.get("grpc-retry-pushback-ms").expect("pushback").to_str().expect("text");
        assert!(expected.contains(&header.parse::<i64>().expect("a number")), "{timeout:?}: {header}");
    }
}

/// The breaker closes again when the next service is back, without a restart of its callers.
#[tokio::test]
async fn a_chain_recovers() {
    let guarded = ASK.breaker(Breaker::DEFAULT.min_calls(2).open_ms(50));
    let hops = Hops::start(3, guarded).await;
    for _ in 0..5 {
        hops.call(guarded, Context::new(), "fail").await.expect_err("the last service is down");
    }
    soon(async {
        while hops.call(guarded, Context::new(), "ok").await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let breaker = hops.client.breaker(&guarded).expect("a breaker");
    soon(async {
        while breaker.state() != BreakerState::Closed {
            hops.call(guarded, Context::new(), "ok").await.ok();
        }
    })
    .await;
}
