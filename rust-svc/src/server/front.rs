//! Which side of a server answers a request.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{extract::ConnectInfo, response::IntoResponse};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::Service;

use super::{
    ending::{Ending, Told},
    health::Served,
    linger::lingering,
    listen::Serves,
    listener::Remote,
    timely::timely,
};
use crate::{
    adapter::{self, says_grpc, web},
    peer::Origin,
};

/// Where plain HTTP asks for the health.
const HEALTH: &str = "/healthz";

/// What is served at an address: gRPC and HTTP on one port, or one of them.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) grpc: adapter::Routes,
    pub(super) http: axum::Router,
    pub(super) health: Served,
    pub(super) serves: Serves,
    pub(super) receive_timeout: Duration,
}

pub(super) type Body = Either<Told, axum::body::Body>;

impl Front {
    /// Answers a request, whose handlers are told who its caller is.
    pub(super) fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        remote: &Remote,
        ending: Ending,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<> {
        let address = remote.address;
        let origin = Origin { peer: Some(remote.peer.clone()), stopping: Some(remote.stopping.clone()) };
        let front = self.clone();
        let request = lingering(timely(request, front.receive_timeout));
        async move {
            let Self { grpc, http, health, serves, .. } = &*front;
            if serves.web && web::says_web(request.headers()) {
                return Ok(web::answer(grpc.clone(), introduced(request, origin))
                    .await
                    .map(axum::body::Body::new)
                    .map(Either::Right));
            }
            if serves.grpc && (!serves.http || grpc.claims(&request)) {
                return match request.version() < Version::HTTP_2 && says_grpc(request.headers()) {
                    true => Ok(plain(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2\n").map(Either::Right)),
                    false => Ok(ending.or_gone(grpc.serve(request, origin)).await.map(Either::Left)),
                };
            }
            if !serves.http {
                return Ok(plain(StatusCode::NOT_FOUND, "only gRPC-Web is served here\n").map(Either::Right));
            }
            if request.uri().path() == HEALTH && [Method::GET, Method::HEAD].contains(request.method()) {
                return Ok(healthz(health).map(Either::Right));
            }
            let mut request = introduced(request, origin);
            if let Some(address) = address {
                request.extensions_mut().insert(ConnectInfo(address));
            }
            Ok(http.clone().call(request).await?.map(Either::Right))
        }
    }
}

/// The request, with where it comes from in its extensions.
fn introduced<B>(mut request: Request<B>, Origin { peer, stopping }: Origin) -> Request<B> {
    peer.map(|peer| request.extensions_mut().insert(peer));
    stopping.map(|stopping| request.extensions_mut().insert(stopping));
    request
}

fn healthz(health: &Served) -> Response<axum::body::Body> {
    match health.is_serving("") {
        true => plain(StatusCode::OK, "SERVING\n"),
        false => plain(StatusCode::SERVICE_UNAVAILABLE, "NOT_SERVING\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<axum::body::Body> {
    (status, text).into_response()
}
