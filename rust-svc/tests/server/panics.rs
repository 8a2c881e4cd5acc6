//! Handlers that panic, as metrics tell of them.

use rust_svc::{
    Result, async_trait,
    intercept::{Call, Chain, Interceptor},
    observe::Metrics,
};

use crate::{
    echo::{DOWNLOAD, UNARY},
    support::start_with,
};

/// Panics before a handler is called.
struct Clumsy;

#[async_trait]
impl Interceptor for Clumsy {
    async fn before(&self, call: &mut Call) -> Result<()> {
        assert_eq!(call.cx().metadata().get("x-clumsy"), None, "secret");
        Ok(())
    }
}

#[tokio::test]
async fn are_counted_by_their_method() {
    let metrics = Metrics::new();
    let chain = Chain::new().observe(metrics.clone()).intercept(Clumsy);
    let server = start_with(|server| server.chain(&chain)).await;
    let mut client = server.client().await;
    client.one("internal").await.expect_err("no panic");
    assert!(!metrics.text().contains("rpc_server_panics_total"), "{}", metrics.text());

    client.one("panic").await.expect_err("a panic");
    client.call(DOWNLOAD, &["late panic"]).await.expect_err("a panic after a message");
    let mut request = tonic::Request::new(futures::stream::iter([crate::support::ping("a")]));
    request.metadata_mut().insert("x-clumsy", "1".parse().expect("metadata"));
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
