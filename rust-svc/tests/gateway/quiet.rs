//! Streams whose first message comes late.

use std::{convert::Infallible, future::pending, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use http_body_util::BodyExt;
use rust_svc::{
    Client,
    gateway::{GatewayRoutes, GatewaySettings},
};
use tokio::time::{Instant, timeout};
use tower::{ServiceExt, service_fn};

use crate::{
    remote::{StockServiceClient, stock_gateway},
    stock::{Shelf, stock_service_gateway},
};

/// Returns how long the headers took, on a clock that advances only while everything waits, and the body.
async fn headers(routes: impl Into<GatewayRoutes>, heartbeat: Duration, accept: &str) -> (Duration, Body) {
    let mut settings = GatewaySettings::default();
    settings.heartbeat = Some(heartbeat);
    let router: Router = routes.into().with_settings(settings).into_router();
    let request = Request::get("/v1/stock:watch?productId=hang").header("accept", accept);
    let start = Instant::now();
    let response = router.oneshot(request.body(Body::empty()).expect("a request"));
    let response = timeout(Duration::from_secs(60), response).await.expect("the headers come").expect("infallible");
    assert_eq!(response.status(), 200);
    (start.elapsed(), response.into_body())
}

#[tokio::test(start_paused = true)]
async fn headers_of_events_come_within_a_heartbeat() {
    let shelf = || stock_gateway(Arc::new(Shelf::default()));
    for (heartbeat, accept, longest) in [
        (Duration::from_millis(5), "text/event-stream", 5),
        (Duration::from_secs(15), "text/event-stream", 100),
        (Duration::from_millis(5), "application/x-ndjson", 100),
    ] {
        let (time, mut body) = headers(shelf(), heartbeat, accept).await;
        assert!(time <= Duration::from_millis(longest + 5), "{accept}: {time:?}");
        if accept == "text/event-stream" {
            let frame = body.frame().await.expect("a frame").expect("no error");
            assert_eq!(frame.into_data().expect("data"), ":\n\n");
        }
    }
}

/// Many servers send headers with their first message.
#[tokio::test(start_paused = true)]
async fn headers_do_not_wait_for_a_silent_service() {
    let silent = || {
        let service = service_fn(|_: Request<_>| pending::<Result<Response<Body>, Infallible>>());
        let client = Client::builder("http://in.process").build_from_service(service).expect("a client");
        stock_service_gateway(Arc::new(StockServiceClient(client)))
    };
    let (time, _) = headers(silent(), Duration::from_secs(15), "application/x-ndjson").await;
    assert!(time >= Duration::from_secs(1), "{time:?}");
    let (time, mut body) = headers(silent(), Duration::from_millis(5), "text/event-stream").await;
    assert!(time <= Duration::from_millis(10), "{time:?}");
    let frame = body.frame().await.expect("a frame").expect("no error");
    assert_eq!(frame.into_data().expect("data"), ":\n\n");
}
