//! Finding the service and method of a request.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    future::ready,
    sync::Arc,
    task::{self, Poll},
};

use bytes::Bytes;
use futures::FutureExt;
use http::Request;

use super::{
    builder::Adapter,
    call::{IncomingCall, MethodHandler},
    http_guard,
    options::AdapterOptions,
    refusal::refuse_request,
    response_body::{ResponseBody, ResponseFuture},
};
#[cfg(feature = "server")]
use crate::grpc::content_type;
use crate::{
    Body, Error,
    call::connection_info::ConnectionInfo,
    error::BoxError,
    intercept::{Chain, NO_METHOD},
};

/// The services of a server by their full names, as a tower service of gRPC requests.
///
/// Requests that are not gRPC get HTTP status 405 if their method is not POST, and 415 if their content type is not
/// `application/grpc`. Calls of unknown services and methods fail with `UNIMPLEMENTED`; so do paths with a query.
#[derive(Clone, Default)]
pub struct Routes(Arc<ServiceTable>);

#[derive(Clone, Default)]
struct ServiceTable {
    services: BTreeMap<&'static str, ChainedService>,
    /// The chain of calls to unknown services.
    unknown: Chain,
}

/// A service with the chain of its calls.
#[derive(Clone)]
struct ChainedService {
    methods: Arc<MethodTable>,
    chain: Chain,
}

impl Routes {
    /// Creates routes without services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the services of `other`, which replace services of the same name.
    pub fn merge(mut self, other: impl Into<Self>) -> Self {
        let other = Arc::unwrap_or_clone(other.into().0);
        self.change().services.extend(other.services);
        self
    }

    /// Wraps all calls in `chain`, inside of earlier chains. Its observers see calls of unknown services and methods, too;
    /// those of routes that are merged later do not.
    pub fn chain(mut self, chain: &Chain) -> Self {
        let ServiceTable { services, unknown } = self.change();
        let chains = services.values_mut().map(|service| &mut service.chain).chain([unknown]);
        chains.for_each(|own| *own = std::mem::take(own).merge(chain.clone()));
        self
    }

    /// Returns the full names of the services, sorted.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.0.services.keys().copied()
    }

    /// Returns whether a request must be gRPC, by its content type or its path.
    #[cfg(feature = "server")]
    pub(crate) fn claims<B>(&self, request: &Request<B>) -> bool {
        content_type::starts_with(request.headers(), content_type::GRPC) || self.serves(request.uri().path())
    }

    /// Returns whether a path names a service.
    #[cfg(feature = "server")]
    pub(crate) fn serves(&self, path: &str) -> bool {
        path.split('/').nth(1).is_some_and(|service| self.0.services.contains_key(service))
    }

    /// Returns whether a path names a method that takes one message instead of a stream.
    #[cfg(feature = "server")]
    pub(crate) fn takes_one(&self, path: &str) -> bool {
        let found = split_path(path).and_then(|(name, method)| Some((self.0.services.get(name)?, method)));
        found.is_some_and(|(service, method)| service.methods.takes_one(method))
    }

    /// Serves a request of a connection of this server.
    #[cfg(feature = "server")]
    pub(crate) fn serve<B>(
        &self,
        request: Request<B>,
        info: ConnectionInfo,
    ) -> impl Future<Output = http::Response<ResponseBody>> + Send + use<B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.respond(&mut request.map(Body::new), info).map(|Ok(response)| response)
    }

    fn change(&mut self) -> &mut ServiceTable {
        Arc::make_mut(&mut self.0)
    }

    fn respond(&self, request: &mut Request<Body>, info: ConnectionInfo) -> ResponseFuture {
        if let Some(refusal) = http_guard::refusal(request) {
            return ready(Ok(refusal)).boxed();
        }
        let uri = request.uri();
        let found = split_path(uri.path()).filter(|_| uri.query().is_none());
        match found.and_then(|(service, _)| self.0.services.get(service)) {
            Some(service) => service.methods.call(&service.chain, request, info),
            None => unimplemented(&self.0.unknown, info, format_args!("the service of {}", uri.path())),
        }
    }
}

/// Splits a path into service and method.
fn split_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('/')?.split_once('/')
}

/// The methods of a service of any type.
struct MethodTable {
    name: &'static str,
    methods: BTreeMap<&'static str, MethodHandler>,
    options: AdapterOptions,
}

impl MethodTable {
    /// Calls the method of a request for this service. Headers and body are taken out of the request, which is large to
    /// move.
    fn call(&self, chain: &Chain, request: &mut Request<Body>, info: ConnectionInfo) -> ResponseFuture {
        // The path begins with this name, between slashes.
        let method = request.uri().path().get(self.name.len() + 2..).unwrap_or_default();
        match self.methods.get(method) {
            Some(handler) => {
                let (method, options, chain) = (handler.method.clone(), self.options, chain.clone());
                (handler.call)(IncomingCall { method, options, chain, request, info })
            }
            None => unimplemented(chain, info, format_args!("{}/{method}", self.name)),
        }
    }

    #[cfg(feature = "server")]
    fn takes_one(&self, method: &str) -> bool {
        self.methods.get(method).is_some_and(|handler| handler.method.kind.takes_one())
    }
}

fn unimplemented(chain: &Chain, info: ConnectionInfo, what: impl fmt::Display) -> ResponseFuture {
    refuse_request(&NO_METHOD, chain, info, &Error::unimplemented(what))
}

/// A fake that is served over gRPC. Generated code implements it.
pub trait ServedFake {
    /// Returns the routes of its service.
    fn to_routes(&self) -> Routes;
}

impl<F: ServedFake> From<&F> for Routes {
    fn from(fake: &F) -> Self {
        fake.to_routes()
    }
}

impl<S: ?Sized> From<Adapter<S>> for Routes {
    fn from(adapter: Adapter<S>) -> Self {
        let Adapter { name, methods, options, .. } = adapter;
        let methods = Arc::new(MethodTable { name, methods, options });
        let mut routes = Self::new();
        routes.change().services.insert(name, ChainedService { methods, chain: Chain::new() });
        routes
    }
}

impl<B> tower::Service<Request<B>> for Routes
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = http::Response<ResponseBody>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let extensions = request.extensions();
        let (peer, draining) = (extensions.get().cloned(), extensions.get().cloned());
        let shutdown = extensions.get().cloned().unwrap_or_default();
        let max_header_list_size = extensions.get().copied().unwrap_or_default();
        let info = ConnectionInfo { peer, draining, shutdown, max_header_list_size };
        self.respond(&mut request.map(Body::new), info)
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.services()).finish()
    }
}
