//! The routes of one service.

use std::{fmt, sync::Arc};

use axum::Router;
use futures::future::BoxFuture;

use super::{
    exchange::{
        HttpExchange,
        handler::{DeclaredRoute, HandlerFuture},
    },
    routes::GatewayRoutes,
    routing::{MessageInfo, route::Route},
};
use crate::{
    Context, Message, Method, Result, Streaming,
    intercept::Chain,
    json::{JsonValue, PackedType},
};

/// The routes of one service `S`.
pub struct Gateway<S: ?Sized> {
    service: Arc<S>,
    routes: GatewayRoutes,
}

impl<S: ?Sized + Send + Sync + 'static> Gateway<S> {
    /// Creates a gateway of `service` without routes.
    pub fn new(service: Arc<S>) -> Self {
        Self { service, routes: GatewayRoutes::new() }
    }

    /// Adds types that error details and fields of `google.protobuf.Any` may hold.
    pub fn types(mut self, types: &'static [PackedType]) -> Self {
        self.routes.add_types(types);
        self
    }

    /// Adds a route to a method with one request and one response.
    pub fn unary<Q, R, QPlace: 'static, RPlace: 'static, F>(self, method: Method, route: Route, call: F) -> Self
    where
        Q: Message<QPlace, Wire: JsonValue>,
        R: Message<RPlace, Wire: JsonValue>,
        F: for<'a> Fn(&'a S, Context, Q) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    {
        let service = self.service.clone();
        self.add::<Q::Wire, R::Wire>(method, route, move |mut exchange| {
            let service = service.clone();
            Box::pin(async move {
                let request = exchange.request().await?;
                let response = call(&service, exchange.cx(), request).await?;
                exchange.respond(response.into_response())
            })
        })
    }

    /// Adds a route to a method with one request and a stream of responses.
    pub fn server_streaming<Q, R, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        route: Route,
        call: F,
    ) -> Self
    where
        Q: Message<QPlace, Wire: JsonValue>,
        R: Message<RPlace, Wire: JsonValue>,
        F: for<'a> Fn(&'a S, Context, Q) -> BoxFuture<'a, Result<Streaming<R>>> + Copy + Send + Sync + 'static,
    {
        let service = self.service.clone();
        self.add::<Q::Wire, R::Wire>(method, route, move |mut exchange| {
            let service = service.clone();
            Box::pin(async move {
                let request = exchange.request().await?;
                let responses = call(&service, exchange.cx(), request).await?;
                exchange.respond_with_stream(responses, R::into_response).await
            })
        })
    }

    /// Adds a route to a method with a stream of requests and one response.
    pub fn client_streaming<Q, R, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        route: Route,
        call: F,
    ) -> Self
    where
        Q: Message<QPlace, Wire: JsonValue>,
        R: Message<RPlace, Wire: JsonValue>,
        F: for<'a> Fn(&'a S, Context, Streaming<Q>) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    {
        let service = self.service.clone();
        self.add::<Q::Wire, R::Wire>(method, route, move |mut exchange| {
            let service = service.clone();
            Box::pin(async move {
                let requests = exchange.requests().await?;
                let response = call(&service, exchange.cx(), requests).await?;
                exchange.respond(response.into_response())
            })
        })
    }

    /// Adds a route to a method with a stream of requests and a stream of responses.
    pub fn bidi_streaming<Q, R, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        route: Route,
        call: F,
    ) -> Self
    where
        Q: Message<QPlace, Wire: JsonValue>,
        R: Message<RPlace, Wire: JsonValue>,
        F: for<'a> Fn(&'a S, Context, Streaming<Q>) -> BoxFuture<'a, Result<Streaming<R>>>
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let service = self.service.clone();
        self.add::<Q::Wire, R::Wire>(method, route, move |mut exchange| {
            let service = service.clone();
            Box::pin(async move {
                let requests = exchange.requests().await?;
                let responses = call(&service, exchange.cx(), requests).await?;
                exchange.respond_with_stream(responses, R::into_response).await
            })
        })
    }

    /// Passes requests on that violate the rules of their messages, because the service checks them itself. Fakes do.
    pub fn unchecked(mut self) -> Self {
        self.routes = self.routes.unchecked();
        self
    }

    /// Converts the routes of this service alone into a router.
    ///
    /// # Panics
    ///
    /// Panics where [`GatewayRoutes::into_router`] does.
    pub fn into_router(self) -> Router {
        GatewayRoutes::from(self).into_router()
    }

    fn add<Q, R>(
        mut self,
        method: Method,
        route: Route,
        handler: impl Fn(Box<HttpExchange>) -> HandlerFuture + Send + Sync + 'static,
    ) -> Self
    where
        Q: JsonValue + 'static,
        R: JsonValue + 'static,
    {
        let messages = MessageInfo::of::<Q, R>();
        self.routes.push(DeclaredRoute { method, route, messages, chain: Chain::new(), handler: Arc::new(handler) });
        self
    }
}

/// A fake that is served over HTTP and JSON. Generated code implements it.
pub trait RoutedFake {
    /// Returns the routes of its service.
    fn to_routes(&self) -> GatewayRoutes;
}

impl<F: RoutedFake> From<&F> for GatewayRoutes {
    fn from(fake: &F) -> Self {
        fake.to_routes()
    }
}

impl<S: ?Sized> From<Gateway<S>> for GatewayRoutes {
    fn from(gateway: Gateway<S>) -> Self {
        gateway.routes
    }
}

impl<S: ?Sized> fmt::Debug for Gateway<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("routes", &self.routes).finish_non_exhaustive()
    }
}
