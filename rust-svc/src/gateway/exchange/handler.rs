//! A route with the handler that answers it.

use std::{fmt, sync::Arc};

use axum::{Router, body::Body, http::Response};
use futures::future::BoxFuture;

use super::http_exchange::HttpExchange;
use crate::{
    Method,
    gateway::{
        error::HttpError,
        routing::{BoundRoute, MessageInfo, route::Route},
        settings::GatewaySettings,
    },
    intercept::Chain,
};

/// The response to a request, or the error that takes its place.
pub(crate) type HandlerFuture = BoxFuture<'static, Result<Response<Body>, HttpError>>;

pub(crate) type Handler = Arc<dyn Fn(Box<HttpExchange>) -> HandlerFuture + Send + Sync>;

/// A route as generated code declares it.
#[derive(Clone)]
pub(crate) struct DeclaredRoute {
    pub(crate) method: Method,
    pub(crate) route: Route,
    pub(crate) messages: MessageInfo,
    pub(crate) chain: Chain,
    pub(crate) handler: Handler,
}

/// Routes with the same settings.
#[derive(Clone, Default)]
pub(crate) struct RouteGroup {
    pub(crate) declared: Vec<DeclaredRoute>,
    pub(crate) settings: GatewaySettings,
    /// The layers around these routes, the inner one first.
    pub(crate) layers: Vec<RouterLayer>,
}

/// Wraps a router in a tower layer.
pub(crate) type RouterLayer = Arc<dyn Fn(Router) -> Router + Send + Sync>;

/// A valid route, with its handler, the chain around its calls, and the settings of its gateway.
pub(crate) struct RouteHandler {
    pub(crate) route: Arc<BoundRoute>,
    pub(crate) chain: Chain,
    pub(crate) handler: Handler,
    pub(crate) settings: Arc<GatewaySettings>,
    /// The position of its group.
    pub(crate) group: usize,
}

impl fmt::Debug for DeclaredRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.route.kind, self.route.template, self.method.full_name())
    }
}

impl fmt::Debug for RouteHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.route.fmt(f)
    }
}
