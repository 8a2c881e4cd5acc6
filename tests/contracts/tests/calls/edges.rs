//! Calls of a service over gRPC and over HTTP.

use http_body_util::BodyExt as _;
use rust_svc::{Client, Server, gateway};
use tower::ServiceExt as _;

/// A client of a server that serves these routes on a port of its own.
pub(crate) async fn remote(routes: impl Into<rust_svc::adapter::Routes>) -> Client {
    let server = Server::new().adapter(routes).bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", server.local_addr());
    tokio::spawn(server.run_until(std::future::pending()));
    Client::new(&address).expect("an address")
}

/// The response of a gateway.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The paths of the violations.
    pub(crate) fn fields(&self) -> Vec<String> {
        // Keys of maps are quoted in paths.
        let body = self.body.replace("\\\"", "\0");
        let ends = body.split("\"field\":").skip(1);
        let texts = ends.map(|end| end.trim_start().trim_start_matches('"').split('"').next().unwrap_or_default());
        texts.map(|text| text.replace('\0', "\"")).collect()
    }
}

/// Posts JSON to a gateway.
pub(crate) async fn post(routes: impl Into<gateway::GatewayRoutes>, path: &str, json: &str) -> Answer {
    let request = http::Request::post(path).header("content-type", "application/json");
    let request = request.body(axum::body::Body::from(json.to_owned())).expect("a request");
    let response = routes.into().into_router().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    Answer { status, body: String::from_utf8(body.to_vec()).expect("a text") }
}
