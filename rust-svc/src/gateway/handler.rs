//! A route with the handler that answers it.

use std::{fmt, sync::Arc};

use axum::{body::Body, http::Response};
use futures::future::BoxFuture;

use super::{
    error::HttpError,
    exchange::HttpExchange,
    routing::{BoundRoute, MessageInfo, route::Route},
    settings::GatewaySettings,
};
use crate::{Method, intercept::Chain};

/// The response to a request, or the error that takes its place.
pub(super) type HandlerFuture = BoxFuture<'static, Result<Response<Body>, HttpError>>;

pub(super) type Handler = Arc<dyn Fn(HttpExchange) -> HandlerFuture + Send + Sync>;

/// A route as generated code declares it.
#[derive(Clone)]
pub(super) struct DeclaredRoute {
    pub(super) method: Method,
    pub(super) route: Route,
    pub(super) messages: MessageInfo,
    pub(super) chain: Chain,
    pub(super) handler: Handler,
}

/// Routes with the same settings.
#[derive(Clone, Default)]
pub(super) struct RouteGroup {
    pub(super) declared: Vec<DeclaredRoute>,
    pub(super) settings: GatewaySettings,
}

/// A valid route, with its handler, the chain around its calls, and the settings of its gateway.
pub(super) struct RouteHandler {
    pub(super) route: Arc<BoundRoute>,
    pub(super) chain: Chain,
    pub(super) handler: Handler,
    pub(super) settings: Arc<GatewaySettings>,
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
