//! The page of the demo, in the binary.

use axum::{
    Router,
    http::{HeaderName, header},
    response::IntoResponse,
    routing::get,
};

/// The page calls this server, and the control API of the demo on the same machine. It loads nothing from elsewhere.
const POLICY: &str = "default-src 'self'; connect-src 'self' http://127.0.0.1:*; frame-ancestors 'none'";

/// The routes of the page.
pub(super) fn page_routes() -> Router {
    Router::new()
        .route("/", get(|| file("text/html", include_str!("../../page/index.html"))))
        .route("/page.css", get(|| file("text/css", include_str!("../../page/page.css"))))
        .route("/page.js", get(|| file("text/javascript", include_str!("../../page/page.js"))))
        .route("/charts.js", get(|| file("text/javascript", include_str!("../../page/charts.js"))))
        .route("/favicon.ico", get(|| file("image/svg+xml", "")))
}

async fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}
