//! Which side of a server answers a request.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use axum::{extract::ConnectInfo, response::IntoResponse};
use bytes::Bytes;
use futures::FutureExt;
use http::{Method, Request, Response, StatusCode, Version, header::HOST};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::Service;

use super::{ending::Told, health::Served, linger::lingering, listen::Serves, listener::Remote, timely::timely};
use crate::{
    adapter::{self, says_grpc, web},
    call::connection_info::{ConnectionInfo, HttpConnInfo, MaxHeaderListSize},
    call::shutdown::ShutdownSignal,
    error::BoxError,
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
    pub(super) arrival: HttpConnInfo,
}

pub(super) type Body = Either<Told, axum::body::Body>;

impl Front {
    /// Answers a request, whose handlers are told who its caller is.
    pub(super) fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        remote: &Remote,
        ending: ShutdownSignal,
        room: MaxHeaderListSize,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + Send + use<> {
        let (peer, draining) = (Some(remote.peer.clone()), Some(remote.draining.clone()));
        let origin = ConnectionInfo { peer, draining, shutdown: ending.clone(), max_header_list_size: room };
        let is_whole = |request: &_| self.speaks_web(request) && self.grpc.takes_one(request.uri().path());
        let request = lingering(timely(request, self.arrival.receive_timeout, is_whole));
        match self.speaks_grpc(&request) {
            true => ending.or_gone(self.grpc.serve(request, origin)).map(told).left_future(),
            false => self.clone().answer_other(request, origin, remote.address).boxed().right_future(),
        }
    }

    /// True if a request is one of gRPC over HTTP/2 and not of gRPC-Web, or is to be told that it is none.
    fn speaks_grpc<B>(&self, request: &Request<B>) -> bool {
        let is_served = self.serves.grpc && (!self.serves.http || self.grpc.claims(request));
        let is_old = request.version() < Version::HTTP_2 && says_grpc(request.headers());
        is_served && !is_old && !self.speaks_web(request)
    }

    fn speaks_web<B>(&self, request: &Request<B>) -> bool {
        self.serves.web && web::says_web(request.headers())
    }

    async fn answer_other<B>(
        self: Arc<Self>,
        request: Request<B>,
        origin: ConnectionInfo,
        address: Option<SocketAddr>,
    ) -> Result<Response<Body>, Infallible>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        if !names_one_host(&request) {
            return Ok(plain(StatusCode::BAD_REQUEST, "a request needs one header host\n").map(Either::Right));
        }
        if self.speaks_web(&request) {
            let ending = origin.shutdown.clone();
            let answer = web::answer(request, |request| ending.or_gone(self.grpc.serve(request, origin))).await;
            return Ok(answer.map(axum::body::Body::new).map(Either::Right));
        }
        if self.serves.grpc && (!self.serves.http || self.grpc.claims(&request)) {
            return Ok(plain(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2\n").map(Either::Right));
        }
        if !self.serves.http {
            return Ok(plain(StatusCode::NOT_FOUND, "only gRPC-Web is served here\n").map(Either::Right));
        }
        if request.uri().path() == HEALTH && [Method::GET, Method::HEAD].contains(request.method()) {
            return Ok(healthz(&self.health).map(Either::Right));
        }
        let mut request = introduced(request, origin);
        request.extensions_mut().insert(self.arrival);
        if let Some(address) = address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        Ok(self.http.clone().call(request).await?.map(Either::Right))
    }
}

/// Two servers may read a request without a host, or with several, in two ways (RFC 9112, section 3.2).
fn names_one_host<B>(request: &Request<B>) -> bool {
    let hosts = request.headers().get_all(HOST).iter().count();
    match request.version() {
        Version::HTTP_11 => hosts == 1,
        _ => hosts <= 1,
    }
}

fn told(response: Response<Told>) -> Result<Response<Body>, Infallible> {
    Ok(response.map(Either::Left))
}

/// The request, with where it comes from and what tells of the end in its extensions.
fn introduced<B>(mut request: Request<B>, info: ConnectionInfo) -> Request<B> {
    let ConnectionInfo { peer, draining, shutdown, max_header_list_size } = info;
    peer.map(|peer| request.extensions_mut().insert(peer));
    draining.map(|draining| request.extensions_mut().insert(draining));
    request.extensions_mut().insert(shutdown);
    request.extensions_mut().insert(max_header_list_size);
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
