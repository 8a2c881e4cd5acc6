//! Headers of answers that are none.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, Response, StatusCode},
};
use rust_svc::{
    Result, async_trait, gateway,
    intercept::{Call, Chain, Interceptor, RateLimit, RequestId, Stage},
};
use tower::ServiceExt;

use crate::stock::{Shelf, stock_service_gateway};

/// What failed is told with what was put into the headers before, as gRPC tells it.
#[tokio::test]
async fn headers_of_what_failed() {
    let values = |response: &Response<Body>, name: &str| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
    };
    let path = "/v1/stock/headers,%20then%20error";
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let router = stock_service_gateway(Arc::new(Shelf::default())).into_router();
    let response = router.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(values(&response, "grpc-metadata-x-shelf"), ["1"]);
    assert_eq!(values(&response, "grpc-metadata-x-both"), ["header", "both"]);
}

/// Names what no route takes, too.
struct Name;

#[async_trait]
impl Interceptor for Name {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(call.cx().set_header("x-name", "1"))
    }

    async fn before(&self, _: &mut Call) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn headers_of_interceptors_wherever_it_fails() {
    let chain = Chain::new().intercept(Name).intercept(RequestId::new()).intercept(RateLimit::per_second(1).burst(1));
    let routes = gateway::GatewayRoutes::from(stock_service_gateway(Arc::new(Shelf::default()))).chain(&chain);
    let router = routes.into_router();
    for (path, status, has_passed) in [
        ("/v1/stock/code-5", 404, true),
        ("/v1/stock/limited", 429, true),
        ("/v1/stock/a?colour=1", 400, false),
        ("/v1/nowhere", 404, false),
    ] {
        let request = Request::get(path).header("x-request-id", "mine").body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("infallible");
        assert_eq!(
            (response.status().as_u16(), response.headers().contains_key("grpc-metadata-x-name")),
            (status, true),
            "{path}"
        );
        let id = response.headers().get("grpc-metadata-x-request-id");
        assert_eq!(id.is_some_and(|id| id == "mine"), has_passed, "{path}");
    }
}
