//! Which service and method a path names.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    future::ready,
    sync::Arc,
    task::{self, Poll},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};

use super::{
    Adapter, Options, ResponseBody,
    call::{Exchange, Serve, refused},
    guard,
};
use crate::{
    Body, Error,
    call::connection_info::ConnectionInfo,
    error::BoxError,
    intercept::{Chain, NO_METHOD},
};

/// The services of a server by their full names: a tower service that answers gRPC requests for all of them.
///
/// What is not gRPC is answered in the language of HTTP: 405 for another verb than POST, 415 for another content type
/// than `application/grpc`. A path that names no method, to the letter and without a query, is answered with
/// `UNIMPLEMENTED`.
#[derive(Clone, Default)]
pub struct Routes(Arc<Table>);

#[derive(Clone, Default)]
struct Table {
    served: BTreeMap<&'static str, Served>,
    /// What sees calls to what is not served.
    around: Chain,
}

/// A service and what is around its calls.
#[derive(Clone)]
struct Served {
    methods: Arc<Methods>,
    chain: Chain,
}

/// A request of HTTP, whatever its body is made of.
type Request = http::Request<Body>;

pub(super) type Answer = BoxFuture<'static, Result<http::Response<ResponseBody>, Infallible>>;

impl Routes {
    /// No services.
    pub fn new() -> Self {
        Self::default()
    }

    /// The services of both. Of two with the same name the one of `other` is served.
    pub fn merge(mut self, other: impl Into<Self>) -> Self {
        let other = Arc::unwrap_or_clone(other.into().0);
        self.change().served.extend(other.served);
        self
    }

    /// The same services, with all of `chain` around their calls, after what was around them before. Its observers are
    /// told of calls to services and methods that there are not, too, as those of what is merged into these are not.
    pub fn chain(mut self, chain: &Chain) -> Self {
        let Table { served, around } = self.change();
        let chains = served.values_mut().map(|served| &mut served.chain).chain([around]);
        chains.for_each(|own| *own = std::mem::take(own).merge(chain.clone()));
        self
    }

    /// The full names of the services, sorted.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.0.served.keys().copied()
    }

    /// The services as an axum router, to merge with other routes. It has no fallback of its own.
    #[cfg(feature = "server")]
    pub fn into_router(self) -> axum::Router {
        let paths: Vec<_> = self.services().map(|name| format!("/{name}/{{*method}}")).collect();
        paths.iter().fold(axum::Router::new(), |router, path| router.route_service(path, self.clone()))
    }

    /// True if the request is for these services: it says that it is gRPC, or its path names one of them.
    #[cfg(feature = "server")]
    pub(crate) fn claims<B>(&self, request: &http::Request<B>) -> bool {
        let service = request.uri().path().split('/').nth(1);
        guard::says_grpc(request.headers()) || service.is_some_and(|service| self.0.served.contains_key(service))
    }

    /// True if a path names a method that takes one message and no stream of them.
    #[cfg(feature = "server")]
    pub(crate) fn takes_one(&self, path: &str) -> bool {
        named(path).is_some_and(|(name, method)| self.0.served.get(name).is_some_and(|it| it.methods.takes_one(method)))
    }

    /// Answers a request that came over a connection of this server.
    #[cfg(feature = "server")]
    pub(crate) fn serve<B>(
        &self,
        request: http::Request<B>,
        origin: ConnectionInfo,
    ) -> impl Future<Output = http::Response<ResponseBody>> + Send + use<B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.answer(&mut request.map(Body::new), origin).map(|Ok(response)| response)
    }

    fn change(&mut self) -> &mut Table {
        Arc::make_mut(&mut self.0)
    }

    fn answer(&self, request: &mut Request, origin: ConnectionInfo) -> Answer {
        if let Some(refusal) = guard::refusal(request) {
            return ready(Ok(refusal)).boxed();
        }
        let uri = request.uri();
        let found = named(uri.path()).filter(|_| uri.query().is_none());
        match found.and_then(|(service, _)| self.0.served.get(service)) {
            Some(served) => served.methods.handle(&served.chain, request, origin),
            None => unimplemented(&self.0.around, origin, format_args!("the service of {}", uri.path())),
        }
    }
}

/// The service and the method of a path.
fn named(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('/')?.split_once('/')
}

/// The methods of a service, whatever type it has.
struct Methods {
    name: &'static str,
    methods: BTreeMap<&'static str, Serve>,
    options: Options,
}

impl Methods {
    /// Answers a request whose path names the service and a method. Headers and body are taken out of it: a request is
    /// large to hand on.
    fn handle(&self, chain: &Chain, request: &mut Request, origin: ConnectionInfo) -> Answer {
        // The path begins with this name, between slashes.
        let method = request.uri().path().get(self.name.len() + 2..).unwrap_or_default();
        match self.methods.get(method) {
            Some(serve) => {
                let (method, options, chain) = (serve.method.clone(), self.options, chain.clone());
                (serve.call)(Exchange { method, options, chain, request, origin })
            }
            None => unimplemented(chain, origin, format_args!("{}/{method}", self.name)),
        }
    }

    /// True if there is the method, and it takes one message and no stream of them.
    #[cfg(feature = "server")]
    fn takes_one(&self, method: &str) -> bool {
        self.methods.get(method).is_some_and(|serve| serve.method.kind.takes_one())
    }
}

fn unimplemented(chain: &Chain, origin: ConnectionInfo, what: impl fmt::Display) -> Answer {
    refused(&NO_METHOD, chain, origin, Error::unimplemented(what))
}

impl<S: ?Sized> From<Adapter<S>> for Routes {
    fn from(adapter: Adapter<S>) -> Self {
        let Adapter { name, methods, options, .. } = adapter;
        let methods = Arc::new(Methods { name, methods, options });
        let mut routes = Self::new();
        routes.change().served.insert(name, Served { methods, chain: Chain::new() });
        routes
    }
}

impl<B> tower::Service<http::Request<B>> for Routes
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = http::Response<ResponseBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let extensions = request.extensions();
        let (peer, draining) = (extensions.get().cloned(), extensions.get().cloned());
        let shutdown = extensions.get().cloned().unwrap_or_default();
        let max_header_list_size = extensions.get().copied().unwrap_or_default();
        let origin = ConnectionInfo { peer, draining, shutdown, max_header_list_size };
        self.answer(&mut request.map(Body::new), origin)
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.services()).finish()
    }
}
