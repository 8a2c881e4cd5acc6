//! Several servers of one service, one of which fails.

use std::time::Duration;

use rust_svc::{Breaker, Client, Code, Context, Method, Result, client::BreakerState};
use tokio::{net::TcpListener, time};

use crate::{
    call,
    wire::{Call, Server, Then},
};

const UNAVAILABLE: i32 = 14;

/// A write that must not be repeated.
const PUT: Method = Method::unary("/test.v1.Test/Put").timeout_ms(300).breaker(SENSITIVE);
const READ: Method = Method::unary("/test.v1.Test/Read").timeout_ms(5000).no_side_effects().breaker(SENSITIVE);

/// A breaker that a few failures would open.
const SENSITIVE: Breaker = Breaker::DEFAULT.min_calls(4).failure_percent(40);

#[derive(Clone, Copy, Debug)]
enum Fault {
    Unavailable,
    Hangs,
    Slow,
    Breaks,
}

const ALL: [Fault; 4] = [Fault::Unavailable, Fault::Hangs, Fault::Slow, Fault::Breaks];

async fn failing(fault: Fault) -> Server {
    Server::start(move |mut call: Call| async move {
        call.next().await;
        match fault {
            Fault::Unavailable => return call.fail(UNAVAILABLE),
            Fault::Hangs => _ = call.reset_by_client().await,
            Fault::Slow => time::sleep(Duration::from_millis(200)).await,
            Fault::Breaks => return Then::Drop(call),
        }
        call.answer("slow")
    })
    .await
}

async fn healthy() -> Server {
    Server::start(|call: Call| async move { call.answer("fast") }).await
}

fn client(servers: [&Server; 2]) -> Client {
    let [first, second] = servers.map(|server| format!("http://{}", server.address));
    Client::builder(first).replica(second).build().unwrap()
}

#[tokio::test]
async fn a_failing_replica_is_ejected_and_a_healthy_one_is_not() {
    for fault in ALL {
        let (failing, healthy) = (failing(fault).await, healthy().await);
        let client = client([&failing, &healthy]);
        let mut failures = 0;
        for _ in 0..60 {
            failures += usize::from(call(&client, PUT).await.is_err());
        }
        assert!(failures <= 4, "{fault:?}: {failures} failures before the ejection");
        assert!(failures > 0 || matches!(fault, Fault::Slow), "{fault:?}: it was called");
        let before = failing.calls();
        for _ in 0..50 {
            assert_eq!(call(&client, PUT).await.unwrap(), "fast", "{fault:?}");
        }
        assert_eq!(failing.calls(), before, "{fault:?}: it is ejected");
        assert_eq!(client.breaker(&PUT).unwrap().state(), BreakerState::Closed, "{fault:?}");
    }
}

#[tokio::test]
async fn short_deadlines_do_not_hide_a_hanging_replica() {
    let (failing, healthy) = (failing(Fault::Hangs).await, healthy().await);
    let client = client([&failing, &healthy]);
    let call_with_timeout = |timeout| {
        let cx = Context::new().with_timeout(Duration::from_millis(timeout));
        client.unary::<_, String, _, _>(PUT, cx, String::new())
    };
    for _ in 0..12 {
        let _ = call_with_timeout(100).await;
    }
    for _ in 0..20 {
        call_with_timeout(2000).await.unwrap();
    }
    assert_eq!(client.breaker(&PUT).unwrap().state(), BreakerState::Closed);
}

#[tokio::test]
async fn a_retry_goes_to_another_replica() {
    for fault in [Fault::Unavailable, Fault::Breaks] {
        let (failing, healthy) = (failing(fault).await, healthy().await);
        let client = client([&failing, &healthy]);
        for _ in 0..20 {
            assert_eq!(call(&client, READ).await.unwrap(), "fast", "{fault:?}");
        }
        assert!((1..=5).contains(&failing.calls()), "{fault:?}: {} calls", failing.calls());
    }
}

#[tokio::test]
async fn a_breaker_opens_when_all_replicas_fail() {
    let (first, second) = (failing(Fault::Unavailable).await, failing(Fault::Unavailable).await);
    let client = client([&first, &second]);
    let codes: Vec<_> = futures::future::join_all((0..4).map(|_| call(&client, PUT))).await;
    assert!(
        codes.iter().all(|result: &Result<_>| result.as_ref().is_err_and(|error| error.code() == Code::Unavailable))
    );
    assert_eq!(client.breaker(&PUT).unwrap().state(), BreakerState::Open);
}

/// An address at which nothing listens yet.
async fn closed() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn a_call_tries_all_replicas_that_are_backing_off() {
    let addresses = [closed().await, closed().await, closed().await].map(|listener| listener.local_addr().unwrap());
    let urls = addresses.map(|address| format!("http://{address}"));
    let client = Client::builder(&urls[0]).replica(&urls[1]).replica(&urls[2]).build().unwrap();
    assert_eq!(call(&client, PUT.no_breaker()).await.unwrap_err().code(), Code::Unavailable);
    for address in addresses {
        time::sleep(Duration::from_millis(120)).await;
        let server =
            Server::on(TcpListener::bind(address).await.unwrap(), |call: Call| async move { call.answer("back") });
        assert_eq!(call(&client, PUT.no_breaker()).await.unwrap(), "back", "the only one that is up is {address}");
        drop(server);
        time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn calls_that_are_not_idempotent_are_not_repeated_after_a_broken_connection() {
    let retry = rust_svc::Retry::new(4).backoff_ms(1, 1, 1.0);
    let server = failing(Fault::Breaks).await;
    let client = server.client();
    for _ in 0..1000 {
        assert_eq!(call(&client, PUT.retry(retry).no_breaker()).await.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(server.calls(), 1000);
}
