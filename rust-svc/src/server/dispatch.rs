//! Choosing what responds to a request: adapters, gRPC-Web, tower services, or HTTP routes.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{extract::ConnectInfo, response::IntoResponse};
use bytes::Bytes;
use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use http::{Method, Request, Response, StatusCode, Version, header::HOST};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::{Service, ServiceExt};

use super::{
    body::{ShutdownBody, drain_on_drop, respond_before_shutdown, set_deadline, with_read_timeout},
    health::HealthService,
    layer::{Layers, RequestService},
    listen::{Protocols, RemotePeer},
};
use crate::{
    Body,
    adapter::{self, ResponseBody, web},
    call::connection_info::{ConnectionInfo, HttpConnInfo, MaxHeaderListSize, RefusedByAdapters},
    call::shutdown::ShutdownSignal,
    error::BoxError,
    grpc::{content_type, status},
};

/// The path of the health check over HTTP.
const HEALTH: &str = "/healthz";

/// The body of any response.
pub(crate) type DispatchedBody = Either<ShutdownBody<ResponseBody>, axum::body::Body>;

/// Everything that an address serves.
#[derive(Clone, Debug)]
pub(crate) struct RequestDispatcher {
    pub(crate) grpc: adapter::Routes,
    pub(crate) services: TowerServices,
    pub(crate) http: axum::Router,
    pub(crate) health: HealthService,
    pub(crate) protocols: Protocols,
    pub(crate) http_info: HttpConnInfo,
    /// The dispatcher with layers around it, if there are any.
    layered: Option<RequestService>,
}

/// Tower services below `/{name}/`, such as services of tonic.
#[derive(Clone, Debug, Default)]
pub(crate) struct TowerServices {
    pub(crate) names: Vec<&'static str>,
    pub(crate) router: axum::Router,
}

impl TowerServices {
    /// Adds a service below `/{name}/`.
    pub(crate) fn add<S, B>(&mut self, name: &'static str, service: S)
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let service = service.map_request(|request: Request<axum::body::Body>| request.map(Body::new));
        let router = std::mem::take(&mut self.router);
        self.router = router.route_service(&format!("/{name}/{{*method}}"), service);
        self.names.push(name);
    }

    fn contains(&self, path: &str) -> bool {
        let name = path.strip_prefix('/').and_then(|path| path.split('/').next());
        name.is_some_and(|name| self.names.contains(&name))
    }
}

/// The origin of a request.
#[derive(Clone, Debug)]
struct Origin {
    connection: ConnectionInfo,
    address: Option<SocketAddr>,
}

impl RequestDispatcher {
    pub(crate) fn new(
        grpc: adapter::Routes,
        services: TowerServices,
        http: axum::Router,
        health: HealthService,
        protocols: Protocols,
        http_info: HttpConnInfo,
    ) -> Self {
        Self { grpc, services, http, health, protocols, http_info, layered: None }
    }

    /// Adds layers around all requests.
    pub(crate) fn with_layers(self, layers: &Layers) -> Self {
        if layers.is_empty() {
            return self;
        }
        let inner = RequestService::new(DispatchService(Arc::new(self.clone())));
        Self { layered: Some(layers.apply(inner)), ..self }
    }

    /// Responds to a request of a connection.
    pub(crate) fn respond(
        self: &Arc<Self>,
        request: Request<Incoming>,
        remote: &RemotePeer,
        shutdown: ShutdownSignal,
        max_header_list_size: MaxHeaderListSize,
    ) -> impl Future<Output = Result<Response<DispatchedBody>, Infallible>> + Send + use<> {
        let (peer, draining) = (Some(remote.peer.clone()), Some(remote.draining.clone()));
        let connection = ConnectionInfo { peer, draining, shutdown, max_header_list_size };
        let origin = Origin { connection, address: remote.address };
        let is_complete = |request: &_| self.is_web(request) && self.grpc.takes_one(request.uri().path());
        let request = drain_on_drop(with_read_timeout(request, self.http_info.receive_timeout, is_complete));
        match &self.layered {
            None => self.dispatch(request, origin).left_future(),
            Some(service) => {
                let mut request = origin.add_to(request.map(Body::new));
                request.extensions_mut().insert(origin);
                let response = service.clone().oneshot(request);
                response
                    .map_ok(|response| response.map(|body| Either::Right(axum::body::Body::new(body))))
                    .right_future()
            }
        }
    }

    fn dispatch<B>(
        self: &Arc<Self>,
        request: Request<B>,
        origin: Origin,
    ) -> impl Future<Output = Result<Response<DispatchedBody>, Infallible>> + Send + use<B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        match has_at_most_one_host(&request) && self.is_for_adapters(&request) {
            true => {
                let response = self.call_adapter(request, origin.connection);
                response.map(|response| Ok(response.map(Either::Left))).left_future()
            }
            false => {
                let response = self.clone().dispatch_other(request, origin).boxed();
                response.map(|response| Ok(response.map(Either::Right))).right_future()
            }
        }
    }

    /// Returns whether adapters respond to a request, also if only to refuse it.
    fn is_for_adapters<B>(&self, request: &Request<B>) -> bool {
        let is_served = self.protocols.grpc && (!self.protocols.http || self.grpc.serves(request.uri().path()));
        let is_old = request.version() < Version::HTTP_2 && is_grpc(request);
        is_served && !is_old && !self.is_web(request) && !self.services.contains(request.uri().path())
    }

    fn is_web<B>(&self, request: &Request<B>) -> bool {
        self.protocols.web && content_type::starts_with(request.headers(), content_type::WEB[0])
    }

    fn call_adapter<B>(
        &self,
        request: Request<B>,
        connection: ConnectionInfo,
    ) -> impl Future<Output = Response<ShutdownBody<ResponseBody>>> + Send + use<B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let shutdown = connection.shutdown.clone();
        let response =
            self.grpc.serve(request, connection).inspect(|response| set_deadline(response.body().deadline()));
        respond_before_shutdown(shutdown, response, |error| status::trailers_only(status::to_headers(error)))
    }

    async fn dispatch_other<B>(self: Arc<Self>, request: Request<B>, origin: Origin) -> Response<axum::body::Body>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let path = request.uri().path();
        if !has_at_most_one_host(&request) {
            return text(StatusCode::BAD_REQUEST, "a request needs one header host\n");
        }
        if self.services.contains(path) {
            return call_router(self.services.router.clone(), request, origin, self.http_info).await;
        }
        if self.is_web(&request) {
            let call = |request| self.call_adapter(request, origin.connection);
            return web::respond(request, call).await.map(axum::body::Body::new);
        }
        if self.protocols.grpc && request.version() < Version::HTTP_2 && self.grpc.claims(&request) {
            return text(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "gRPC needs HTTP/2\n");
        }
        if !self.protocols.http {
            return text(StatusCode::NOT_FOUND, "only gRPC-Web is served here\n");
        }
        if path == HEALTH && [Method::GET, Method::HEAD].contains(request.method()) {
            return health_check(&self.health);
        }
        self.call_http(request, origin).await
    }

    /// Calls the HTTP routes. A gRPC request that they do not know is refused as gRPC requires.
    async fn call_http<B>(&self, mut request: Request<B>, origin: Origin) -> Response<axum::body::Body>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let refused = (self.protocols.grpc && is_grpc(&request)).then(|| head(&request));
        if refused.is_some() {
            request.extensions_mut().insert(RefusedByAdapters);
        }
        let connection = origin.connection.clone();
        let response = call_router(self.http.clone(), request, origin, self.http_info).await;
        let is_unknown = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&response.status());
        match refused.filter(|_| is_unknown) {
            Some(request) => self.call_adapter(request, connection).await.map(axum::body::Body::new),
            None => response,
        }
    }
}

/// A dispatcher as a tower service, for layers.
#[derive(Clone)]
struct DispatchService(Arc<RequestDispatcher>);

impl Service<Request<Body>> for DispatchService {
    type Response = Response<DispatchedBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<DispatchedBody>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // A layer may make a request of its own, of no connection.
        let origin = request.extensions_mut().remove::<Origin>();
        let origin = origin.unwrap_or_else(|| Origin { connection: ConnectionInfo::default(), address: None });
        self.0.dispatch(request, origin).boxed()
    }
}

impl Origin {
    /// Adds the origin to the extensions of a request.
    fn add_to<B>(&self, mut request: Request<B>) -> Request<B> {
        let ConnectionInfo { peer, draining, shutdown, max_header_list_size } = self.connection.clone();
        let extensions = request.extensions_mut();
        peer.map(|peer| extensions.insert(peer));
        draining.map(|draining| extensions.insert(draining));
        extensions.insert(shutdown);
        extensions.insert(max_header_list_size);
        self.address.map(|address| extensions.insert(ConnectInfo(address)));
        request
    }
}

/// Calls the services of a router. A gRPC call ends with `UNAVAILABLE` if the server ends first.
async fn call_router<B>(
    mut router: axum::Router,
    request: Request<B>,
    origin: Origin,
    http_info: HttpConnInfo,
) -> Response<axum::body::Body>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let is_grpc = is_grpc(&request);
    let mut request = origin.add_to(request);
    request.extensions_mut().insert(http_info);
    let response = router.call(request).map(|Ok(response)| response);
    if !is_grpc {
        return response.await;
    }
    let refuse = |error: &_| status::trailers_only(status::to_headers(error));
    respond_before_shutdown(origin.connection.shutdown, response.boxed(), refuse).await.map(axum::body::Body::new)
}

fn is_grpc<B>(request: &Request<B>) -> bool {
    content_type::starts_with(request.headers(), content_type::GRPC)
}

/// Copies a request without its body.
fn head<B>(request: &Request<B>) -> Request<Body> {
    let mut head = Request::new(Body::empty());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.version_mut() = request.version();
    *head.headers_mut() = request.headers().clone();
    head
}

/// Returns whether a request has at most one host. Servers may read several, or none, differently (RFC 9112, section 3.2;
/// RFC 9113, section 8.3.1).
fn has_at_most_one_host<B>(request: &Request<B>) -> bool {
    let hosts = request.headers().get_all(HOST).iter().count();
    match request.version() {
        Version::HTTP_11 => hosts == 1,
        _ => hosts <= 1,
    }
}

fn health_check(health: &HealthService) -> Response<axum::body::Body> {
    match health.is_serving("") {
        true => text(StatusCode::OK, "SERVING\n"),
        false => text(StatusCode::SERVICE_UNAVAILABLE, "NOT_SERVING\n"),
    }
}

fn text(status: StatusCode, text: &'static str) -> Response<axum::body::Body> {
    (status, text).into_response()
}
