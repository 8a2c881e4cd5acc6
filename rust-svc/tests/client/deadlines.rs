//! Deadlines of calls.

use std::time::Duration;

use rust_svc::{
    Client, Code, Context, Method, Result,
    intercept::{Call, Chain, Interceptor},
};
use tokio::time::{self, Instant};

use crate::{
    GET, SENSITIVE,
    in_process::{answer, build, client},
};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

async fn call(client: &Client, method: Method, cx: Context) -> Result<String> {
    client.unary(method, cx, String::new()).await
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_deadline_and_timeout_counts() {
    for (method, caller, millis) in [
        (GET.timeout_ms(300), None, 300),
        (GET.timeout_ms(300), Some(100), 100),
        (GET.timeout_ms(300), Some(1000), 300),
        (GET, None, 700),
        (GET, Some(100), 100),
    ] {
        let (client, log) = build(Client::builder("local").timeout(ms(700)), |_| std::future::pending());
        let cx = caller.map_or(Context::new(), |millis| Context::new().with_timeout(ms(millis)));
        let start = Instant::now();
        let error = call(&client, method, cx).await.unwrap_err();
        assert_eq!((error.code(), start.elapsed().as_millis()), (Code::DeadlineExceeded, millis));
        assert_eq!(log.header("grpc-timeout"), [Some(format!("{}u", millis * 1000))]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_deadline_sends_no_timeout() {
    let (client, log) = client(|_| async { answer("answer") });
    call(&client, GET, Context::new()).await.unwrap();
    assert_eq!(log.header("grpc-timeout"), [None]);
}

#[tokio::test(start_paused = true)]
async fn each_handler_in_a_chain_has_less_time() {
    let (last, at_last) = client(|_| async { answer("answer") });
    let (middle, at_middle) = client(move |_| {
        let last = last.clone();
        async move {
            let cx = Context::new().with_peer("10.0.0.7:1").with_timeout(ms(490));
            time::sleep(ms(100)).await;
            answer(&call(&last, GET, cx.child()).await.unwrap())
        }
    });
    let cx = Context::new().with_peer("10.0.0.8:1").with_timeout(ms(500));
    assert_eq!(call(&middle, GET, cx.child()).await.unwrap(), "answer");
    assert_eq!(at_middle.header("grpc-timeout"), [Some("490000u".to_owned())]);
    assert_eq!(at_last.header("grpc-timeout"), [Some("382200u".to_owned())]);
}

/// Delays each call.
struct DelayInterceptor(Duration);

#[rust_svc::async_trait]
impl Interceptor for DelayInterceptor {
    async fn before(&self, _: &mut Call) -> Result<()> {
        time::sleep(self.0).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_includes_interceptors() {
    for (wait, millis, code) in [(100, 400, None), (500, 300, Some(Code::DeadlineExceeded))] {
        let builder = Client::builder("local").chain(&Chain::new().intercept(DelayInterceptor(ms(wait))));
        let (client, log) = build(builder, move |_| async {
            time::sleep(ms(180)).await;
            answer("answer")
        });
        let start = Instant::now();
        let called = call(&client, GET.timeout_ms(300), Context::new()).await;
        assert_eq!(called.err().map(|error| error.code()), code);
        assert!(start.elapsed().as_millis() <= millis, "{:?}", start.elapsed());
        assert_eq!(log.header("grpc-timeout"), if code.is_none() { vec![Some("200000u".to_owned())] } else { vec![] });
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let (client, log) = client(|_| async { answer("answer") });
    let method = GET.breaker(SENSITIVE);
    for _ in 0..10 {
        let error = call(&client, method, Context::new().with_timeout(ms(0))).await.unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded);
    }
    assert_eq!((log.calls(), client.breaker(&method).unwrap().snapshot().calls), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_detached_call_ignores_its_caller() {
    let (client, _) = client(|_| async {
        time::sleep(ms(100)).await;
        answer("answer")
    });
    let cx = Context::new().with_timeout(ms(50));
    assert_eq!(call(&client, GET, cx.child()).await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!(call(&client, GET, cx.detached()).await.unwrap(), "answer");
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_cancelled_context_is_cancelled() {
    let (client, _) = client(|_| std::future::pending());
    let (cx, guard) = Context::new().with_cancel_guard();
    drop(guard);
    assert_eq!(call(&client, GET, cx).await.unwrap_err().code(), Code::Cancelled);
}
