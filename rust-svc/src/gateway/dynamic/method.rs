//! Routes to methods whose messages are known only at run time.

use std::sync::Arc;

use axum::{body::Body, http::Response};
use futures::{FutureExt, future::BoxFuture};

use super::{request::JsonRequest, response::JsonResponse};
use crate::{
    Context, Error, Kind, Method, Result, Streaming,
    gateway::{
        error::HttpError,
        exchange::{
            HttpExchange,
            handler::{DeclaredRoute, Handler},
        },
        routes::GatewayRoutes,
        routing::{MessageFields, MessageInfo, route::Route},
    },
    intercept::Chain,
};

/// A method whose messages are known only at run time, by descriptors.
pub trait JsonMethod: Send + Sync + 'static {
    /// Returns the method.
    fn method(&self) -> Method;

    /// Returns the fields of its requests.
    fn request(&self) -> &'static dyn MessageFields;

    /// Returns the fields of its responses.
    fn response(&self) -> &'static dyn MessageFields;

    /// Calls the method. A method with one request or one response has a stream of one message.
    fn call(
        &self,
        cx: Context,
        requests: Streaming<JsonRequest>,
    ) -> BoxFuture<'static, Result<Streaming<JsonResponse>>>;
}

impl GatewayRoutes {
    /// Adds a route to a method whose messages are known only at run time.
    pub fn json(mut self, route: Route, method: Arc<dyn JsonMethod>) -> Self {
        let messages = MessageInfo::new(method.request(), method.response());
        let of_method = method.method();
        let handler: Handler = Arc::new(move |exchange| respond(method.clone(), exchange).boxed());
        self.push(DeclaredRoute { method: of_method, route, messages, chain: Chain::new(), handler });
        self
    }
}

async fn respond(method: Arc<dyn JsonMethod>, mut exchange: Box<HttpExchange>) -> Result<Response<Body>, HttpError> {
    let kind = method.method().kind;
    let requests = match kind {
        Kind::Unary | Kind::ServerStreaming => Streaming::from_messages([exchange.json_request().await?]),
        Kind::ClientStreaming | Kind::BidiStreaming => exchange.json_requests().await?,
    };
    let mut responses = method.call(exchange.cx(), requests).await?;
    if !kind.returns_one() {
        return exchange.respond_with_stream(responses, |response| response).await;
    }
    let response = responses.message().await?;
    exchange.respond(response.ok_or_else(|| Error::internal("a method without a response"))?)
}
