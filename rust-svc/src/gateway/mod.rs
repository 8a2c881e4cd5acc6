//! HTTP and JSON requests to a service trait, by the routes of `google.api.http`.
//!
//! Generated code lists the routes of a service; the rest is here: which route a path belongs to, what of a request is
//! in the path, the query and the body, JSON both ways, streams, deadlines and errors.
//!
//! ```no_run
//! # use rust_svc as svc;
//! # use std::sync::Arc;
//! # const GET_STOCK: svc::Method = svc::Method::unary("/inventory.v1.InventoryService/GetStock");
//! # #[svc::async_trait]
//! # trait InventoryService: Send + Sync + 'static {
//! #     async fn get_stock(&self, cx: svc::Context, request: ()) -> svc::Result<()>;
//! # }
//! fn inventory_service_gateway<S>(service: Arc<S>) -> svc::Gateway<S>
//! where
//!     S: InventoryService + ?Sized,
//! {
//!     svc::Gateway::new(service)
//!         .unary(GET_STOCK, svc::route::get("/v1/stock"), |it, cx, request| it.get_stock(cx, request))
//! }
//! ```
//!
//! Gateways of several services become [`GatewayRoutes`] and merge before they become a router.

mod answer;
mod download;
mod endpoint;
mod exchange;
mod failure;
mod front;
mod headers;
mod params;
pub mod route;
mod routes;
mod settings;
mod trie;
mod upload;
mod values;

use std::{fmt, sync::Arc};

use axum::Router;
use futures::future::BoxFuture;

pub use route::{Route, Unescape};
pub use routes::{GatewayRoutes, RoutesError};
pub use settings::{GatewaySettings, MatchedRoute};

use crate::{
    Context, Message, Method, Result, Streaming,
    intercept::Chain,
    json::{JsonValue, PackedType},
};
use endpoint::{DeclaredRoute, HandlerFuture, MessageInfo};
use exchange::HttpExchange;

/// The routes of one service `S`.
pub struct Gateway<S: ?Sized> {
    service: Arc<S>,
    routes: GatewayRoutes,
}

impl<S: ?Sized + Send + Sync + 'static> Gateway<S> {
    /// No routes to `service` yet.
    pub fn new(service: Arc<S>) -> Self {
        Self { service, routes: GatewayRoutes::new() }
    }

    /// Types that the details of errors and fields of `google.protobuf.Any` may hold.
    pub fn types(mut self, types: &'static [PackedType]) -> Self {
        self.routes.types.push(types);
        self
    }

    /// A route to a method with one request and one response.
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
                exchange.answer(response)
            })
        })
    }

    /// A route to a method with one request and a stream of responses.
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
                exchange.answers(responses)
            })
        })
    }

    /// A route to a method with a stream of requests and one response.
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
                let requests = exchange.requests()?;
                let response = call(&service, exchange.cx(), requests).await?;
                exchange.answer(response)
            })
        })
    }

    /// A route to a method with a stream of requests and a stream of responses.
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
                let requests = exchange.requests()?;
                let responses = call(&service, exchange.cx(), requests).await?;
                exchange.answers(responses)
            })
        })
    }

    /// The router of this service alone.
    ///
    /// # Panics
    ///
    /// As [`GatewayRoutes::into_router`].
    pub fn into_router(self) -> Router {
        GatewayRoutes::from(self).into_router()
    }

    fn add<Q, R>(
        mut self,
        method: Method,
        route: Route,
        handler: impl Fn(HttpExchange) -> HandlerFuture + Send + Sync + 'static,
    ) -> Self
    where
        Q: JsonValue,
        R: JsonValue,
    {
        let shape = MessageInfo::of::<Q, R>();
        self.routes.declared.push(DeclaredRoute {
            method,
            route,
            shape,
            chain: Chain::new(),
            handler: Arc::new(handler),
        });
        self
    }
}

impl<S: ?Sized> From<Gateway<S>> for GatewayRoutes {
    fn from(gateway: Gateway<S>) -> Self {
        gateway.routes
    }
}

impl<S: ?Sized> fmt::Debug for Gateway<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("routes", &self.routes.declared).finish_non_exhaustive()
    }
}
