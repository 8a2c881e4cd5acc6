//! Which side of a server answers a request.

use std::{convert::Infallible, net::SocketAddr};

use axum::{extract::ConnectInfo, response::IntoResponse};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::Service;

use super::{Health, linger::lingering};
use crate::adapter::{self, Peer, says_grpc, web};

/// Where plain HTTP asks for the health.
const HEALTH: &str = "/healthz";

/// gRPC and HTTP on one port.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) grpc: adapter::Routes,
    pub(super) http: axum::Router,
    pub(super) health: Health,
    pub(super) web: bool,
}

type Body = Either<adapter::Body, axum::body::Body>;

impl Front {
    /// Answers a request, which then carries the address of its caller.
    pub(super) fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<> {
        request.extensions_mut().insert(Peer::from(peer));
        request.extensions_mut().insert(ConnectInfo(peer));
        let Self { mut grpc, mut http, health, web } = self.clone();
        let request = lingering(request);
        async move {
            if web && web::says_web(request.headers()) {
                return Ok(web::answer(grpc, request).await.map(axum::body::Body::new).map(Either::Right));
            }
            if grpc.claims(&request) {
                return match request.version() < Version::HTTP_2 && says_grpc(request.headers()) {
                    true => Ok(plain(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2\n").map(Either::Right)),
                    false => Ok(grpc.call(request).await?.map(Either::Left)),
                };
            }
            if request.uri().path() == HEALTH && [Method::GET, Method::HEAD].contains(request.method()) {
                return Ok(healthz(&health).map(Either::Right));
            }
            Ok(http.call(request).await?.map(Either::Right))
        }
    }
}

fn healthz(health: &Health) -> Response<axum::body::Body> {
    match health.is_serving() {
        true => plain(StatusCode::OK, "SERVING\n"),
        false => plain(StatusCode::SERVICE_UNAVAILABLE, "NOT_SERVING\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<axum::body::Body> {
    (status, text).into_response()
}
