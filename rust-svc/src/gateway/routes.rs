//! The routes of any number of services, and the router made from them.

use std::{convert::Infallible, fmt, sync::Arc};

use axum::{Router, body::Body, http::Request, response::IntoResponse, routing::Route};
use tower::{Layer, Service, ServiceExt};

use super::{
    exchange::handler::{DeclaredRoute, RouteGroup, RouterLayer},
    openapi::{Assets, OpenApi},
    routing::{RouteTable, RoutesError},
    settings::GatewaySettings,
};
use crate::{intercept::Chain, json::PackedType};

/// The routes of any number of services.
///
/// [`Gateway`](super::Gateway)s convert into routes, and routes merge. The router made from them takes every path that
/// no other router takes.
#[derive(Clone, Default)]
pub struct GatewayRoutes {
    groups: Vec<RouteGroup>,
    types: Vec<&'static [PackedType]>,
    outer_chain: Chain,
    documents: Vec<OpenApi>,
}

impl GatewayRoutes {
    /// Creates a set without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds other routes, which keep their settings.
    pub fn merge(mut self, other: impl Into<Self>) -> Self {
        let other = other.into();
        self.groups.extend(other.groups);
        self.types.extend(other.types);
        self.documents.extend(other.documents);
        self
    }

    /// Sets how the routes that are here so far read requests and print responses. The settings of the first routes also
    /// hold for requests without a route.
    pub fn with_settings(mut self, settings: GatewaySettings) -> Self {
        if self.groups.is_empty() {
            self.groups.push(RouteGroup::default());
        }
        for group in &mut self.groups {
            group.settings = settings.clone();
        }
        self
    }

    /// Passes requests on that violate the rules of their messages, because the services check them themselves. Fakes do.
    pub fn unchecked(mut self) -> Self {
        self.groups.iter_mut().for_each(|group| group.settings.unchecked = true);
        self
    }

    /// Wraps all calls in `chain`, inside of earlier chains. Its observers also see requests without a route; those of
    /// routes that are merged later do not.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.outer_chain = self.outer_chain.merge(chain.clone());
        for declared in self.groups.iter_mut().flat_map(|group| &mut group.declared) {
            declared.chain = std::mem::take(&mut declared.chain).merge(chain.clone());
        }
        self
    }

    /// Wraps the routes that are here so far in a tower layer, such as those of tower-http: `CorsLayer`, `CompressionLayer`,
    /// `RequestDecompressionLayer`. It is around earlier layers, and around interceptors. The layers of the first routes also
    /// apply to requests without a route.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request<Body>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
    {
        if self.groups.is_empty() {
            self.groups.push(RouteGroup::default());
        }
        let wrap: RouterLayer = Arc::new(move |router| router.layer(layer.clone()));
        self.groups.iter_mut().for_each(|group| group.layers.push(wrap.clone()));
        self
    }

    /// Serves an OpenAPI document and a page to try calls, at paths that precede those of routes. No interceptor sees them.
    pub fn openapi(mut self, document: OpenApi) -> Self {
        self.documents.push(document);
        self
    }

    /// Returns whether there is no route.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Converts the routes into a router. Fails if a template is malformed, names a field that the request does not have,
    /// or matches the same paths as another.
    pub fn try_into_router(mut self) -> Result<Router, RoutesError> {
        for settings in self.groups.iter_mut().map(|group| &mut group.settings) {
            for types in &self.types {
                settings.print.types.add(types);
                settings.parse.types.add(types);
            }
        }
        let layers: Vec<_> = self.groups.iter().map(|group| group.layers.clone()).collect();
        let table = Arc::new(RouteTable::new(self.groups, self.outer_chain, Assets::new(&self.documents))?);
        let (shared, routes) = (table.clone(), Router::new());
        let routes = routes.fallback(move |request| shared.serve(request));
        if layers.iter().all(Vec::is_empty) {
            return Ok(routes);
        }
        let wrap = |layers: Vec<RouterLayer>| layers.iter().fold(routes.clone(), |router, layer| layer(router));
        let groups: Vec<Router> = layers.into_iter().map(wrap).collect();
        Ok(Router::new().fallback(move |request| groups[table.group(&request)].clone().oneshot(request)))
    }

    /// Converts the routes into a router.
    ///
    /// # Panics
    ///
    /// Panics with all errors where [`try_into_router`](Self::try_into_router) fails. The generator has checked the routes
    /// of one run.
    pub fn into_router(self) -> Router {
        self.try_into_router().unwrap_or_else(|error| panic!("{error}"))
    }

    pub(super) fn push(&mut self, declared: DeclaredRoute) {
        if self.groups.is_empty() {
            self.groups.push(RouteGroup::default());
        }
        self.groups[0].declared.push(declared);
    }

    pub(super) fn add_types(&mut self, types: &'static [PackedType]) {
        self.types.push(types);
    }

    fn iter(&self) -> impl Iterator<Item = &DeclaredRoute> {
        self.groups.iter().flat_map(|group| &group.declared)
    }
}

impl fmt::Debug for GatewayRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
