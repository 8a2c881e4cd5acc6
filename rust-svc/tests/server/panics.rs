//! Panics of handlers and observers, in metrics.

use rust_svc::{
    Error, Result, async_trait,
    intercept::{Call, Chain, Interceptor, Observer, Outcome, Stage},
    observe::Metrics,
};

use crate::{
    echo::{DOWNLOAD, UNARY},
    raw::{self, frame},
    support::{soon, start_with},
};

/// An interceptor that panics if a call has the metadata `x-panic`.
struct PanicBefore;

#[async_trait]
impl Interceptor for PanicBefore {
    async fn before(&self, call: &mut Call) -> Result<()> {
        assert_eq!(call.cx().metadata().get("x-panic"), None, "secret");
        Ok(())
    }
}

#[tokio::test]
async fn panics_are_counted_by_method() {
    let metrics = Metrics::new();
    let chain = Chain::new().observe(metrics.clone()).intercept(PanicBefore);
    let server = start_with(|server| server.chain(&chain)).await;
    let mut client = server.client().await;
    client.one("internal").await.expect_err("no panic");
    assert!(!metrics.text().contains("rpc_server_panics_total"), "{}", metrics.text());

    client.one("panic").await.expect_err("a panic");
    client.call(DOWNLOAD, &["late panic"]).await.expect_err("a panic after a message");
    let mut request = tonic::Request::new(futures::stream::iter([crate::support::ping("a")]));
    request.metadata_mut().insert("x-panic", "1".parse().expect("metadata"));
    client.stream(UNARY, request).await.expect_err("a panic before the handler");
    client.one("unprintable").await.expect_err("a panic of what converts the response");
    for text in ["unprintable", "late unprintable"] {
        let error = client.call(DOWNLOAD, &[text]).await.expect_err("a panic of what converts a response");
        assert_eq!((error.code(), error.message()), (tonic::Code::Internal, "internal error"));
    }
    for (method, count) in [("Unary", 3), ("Download", 3)] {
        let labels = format!(r#"{{rpc_system_name="grpc",rpc_method="test.v1.Echo/{method}"}}"#);
        let line = format!("rpc_server_panics_total{labels} {count}\n");
        assert!(metrics.text().contains(&line), "{line}{}", metrics.text());
    }
}

/// An interceptor that panics unless a call has the metadata `x-no-panic`.
struct PanicBeforeSync;

#[async_trait]
impl Interceptor for PanicBeforeSync {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    async fn before(&self, _: &mut Call) -> Result<()> {
        Err(Error::unavailable("it need not wait"))
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        assert_eq!(call.cx().metadata().get("x-no-panic"), Some("1"), "secret");
        Some(Ok(()))
    }
}

/// An observer that panics at the end of each call.
struct PanicOnEnd;

impl Observer for PanicOnEnd {
    fn ended(&self, _: &Call, _: &Outcome) {
        panic!("secret");
    }
}

#[tokio::test]
async fn panics_of_observers_do_not_change_other_calls() {
    let metrics = Metrics::new();
    let chain = Chain::new().observe(metrics.clone()).observe(PanicOnEnd).intercept(PanicBeforeSync);
    let server = start_with(|server| server.chain(&chain)).await;
    let mut connection = raw::connect(server.address).await;
    let late = raw::request(UNARY.path).header("grpc-timeout", "soon");
    for (request, code) in [(raw::request("/test.v1.Echo/Sing"), "12"), (raw::request("/a.B/C"), "12"), (late, "3")] {
        let request = request.body(()).expect("a request");
        let (response, _sender) = connection.send_request(request, false).expect("the connection goes on");
        assert_eq!(soon(raw::read(response)).await.expect("an answer").grpc().0, code);
    }
    let request = raw::request(UNARY.path).header("x-no-panic", "1").body(()).expect("a request");
    let (response, mut sender) = connection.send_request(request, false).expect("the connection goes on");
    sender.send_data(frame("a"), true).expect("a frame");
    assert_eq!(soon(raw::read(response)).await.expect("an answer").grpc().0, "0");
    for (method, count) in [("_OTHER", 2), ("test.v1.Echo/Unary", 1)] {
        let line = format!(r#"rpc_server_panics_total{{rpc_system_name="grpc",rpc_method="{method}"}} {count}"#);
        assert!(metrics.text().contains(&line), "{line}");
    }
}
