//! Errors of every code in every format, with the HTTP status that the peers agree on.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::gateway::{ErrorFormat, GatewayRoutes, GatewaySettings};
use tower::ServiceExt;

use crate::{remote::stock_gateway, stock::Shelf};

const CODES: [(&str, u16); 16] = [
    ("CANCELLED", 499),
    ("UNKNOWN", 500),
    ("INVALID_ARGUMENT", 400),
    ("DEADLINE_EXCEEDED", 504),
    ("NOT_FOUND", 404),
    ("ALREADY_EXISTS", 409),
    ("PERMISSION_DENIED", 403),
    ("RESOURCE_EXHAUSTED", 429),
    ("FAILED_PRECONDITION", 400),
    ("ABORTED", 409),
    ("OUT_OF_RANGE", 400),
    ("UNIMPLEMENTED", 501),
    ("INTERNAL", 500),
    ("UNAVAILABLE", 503),
    ("DATA_LOSS", 500),
    ("UNAUTHENTICATED", 401),
];

#[tokio::test]
async fn errors_of_every_code_have_a_body_in_every_format() {
    for errors in [ErrorFormat::Status, ErrorFormat::Google, ErrorFormat::Problem] {
        let mut settings = GatewaySettings::default();
        settings.errors = errors;
        let routes = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings);
        let router = routes.into_router();
        for (number, (name, status)) in (1..).zip(CODES) {
            let request = Request::get(format!("/v1/stock/code-{number}")).body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("infallible");
            assert_eq!(response.status().as_u16(), status, "{name}");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let body = String::from_utf8(body.to_vec()).expect("UTF-8");
            let parts =
                [format!("\"code\":{number}"), format!("\"status\":\"{name}\""), format!("\"status\":{status}")];
            assert!(parts.iter().any(|part| body.contains(part)) && body.contains("as asked"), "{name}: {body}");
        }
    }
}
