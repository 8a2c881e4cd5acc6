//! One call of a handler, within its interceptors, its deadline and the life of the server.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    body::Body,
    http::{Response, request::Parts},
};
use futures::{FutureExt, TryFutureExt};
use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{
    handler::{Handler, RouteHandler},
    http_exchange::HttpExchange,
};
use crate::{
    Error, Method,
    call::shutdown::ShutdownSignal,
    gateway::{
        error::HttpError,
        request::context,
        response::{conditional, message},
        routing::BoundRoute,
        settings::MatchedRoute,
    },
    grpc::error_log::log_error,
    intercept::{HttpRoute, Side, panic_error},
};

/// Responds to a request whose route is known. `run` responds to one that is valid.
pub(crate) async fn serve<F>(
    handler: &RouteHandler,
    http_route: HttpRoute,
    parts: &Parts,
    exchange: Result<HttpExchange, HttpError>,
    run: impl FnOnce(HttpExchange) -> F,
) -> Response<Body>
where
    F: Future<Output = Result<Response<Body>, HttpError>>,
{
    let BoundRoute { method, route, .. } = &*handler.route;
    let result = match exchange {
        Ok(exchange) => {
            let (cx, is_conditional) = (exchange.cx(), exchange.is_conditional_write());
            let result = run(exchange).await.map_err(|error| error.with_metadata_of(&cx));
            if is_conditional { result.map_err(conditional::unless_refused) } else { result }
        }
        Err(error) => {
            let cx = context::of_peer(parts);
            handler.chain.refused(method, Some(http_route), cx.clone(), error.error.code());
            Err(error.with_metadata_of(&cx))
        }
    };
    let mut response = result.unwrap_or_else(|error| {
        log_error(method, &error.error);
        message::error(&error, &handler.settings)
    });
    response.extensions_mut().insert(MatchedRoute { method: *method, kind: route.kind, template: route.template });
    response
}

/// Runs a handler within its interceptors.
pub(crate) async fn run(
    handler: &RouteHandler,
    http_route: HttpRoute,
    exchange: HttpExchange,
) -> Result<Response<Body>, HttpError> {
    let exchange = pass(handler, http_route, exchange).await?;
    respond(&handler.route.method, &handler.handler, exchange).await
}

/// Runs the interceptors of a call.
pub(crate) async fn pass(
    handler: &RouteHandler,
    http_route: HttpRoute,
    exchange: HttpExchange,
) -> Result<HttpExchange, HttpError> {
    let (method, deadline) = (&handler.route.method, exchange.cx().deadline());
    if exchange.cx().is_cancelled() {
        let error = deadline_exceeded();
        handler.chain.refused(method, Some(http_route), exchange.cx(), error.error.code());
        return Err(error);
    }
    let start = Instant::now();
    let mut pending = handler.chain.clone().open(method, Side::Server, Some(http_route), exchange.cx(), start);
    let shutdown = exchange.shutdown();
    let passed = pending.pass(start).map_err(HttpError::from);
    let passed = until_shutdown(&shutdown, with_deadline(method, deadline, passed)).await;
    passed.inspect_err(|error| pending.failed(&error.error))?;
    Ok(exchange.with_call(Arc::new(pending.run())))
}

/// Runs a handler until it responds, its deadline passes, or the server shuts down.
pub(crate) async fn respond(
    method: &Method,
    handler: &Handler,
    exchange: HttpExchange,
) -> Result<Response<Body>, HttpError> {
    let (call, shutdown, deadline) = (exchange.call(), exchange.shutdown(), exchange.cx().deadline());
    let response = handler(exchange).instrument(call.span());
    let result = until_shutdown(&shutdown, with_deadline(method, deadline, response)).await;
    result.inspect_err(|error| {
        call.failed(&error.error);
        call.answered(error.status().as_u16());
        call.end(Some(error.error.code()));
    })
}

/// Runs until the server shuts down.
async fn until_shutdown<T>(
    shutdown: &ShutdownSignal,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    tokio::select! {
        biased;
        result = work => result,
        error = shutdown.recv() => Err(error.into()),
    }
}

/// Runs until the deadline. The caller of a handler that panics sees only an internal error.
async fn with_deadline<T>(
    method: &Method,
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let work = AssertUnwindSafe(work).catch_unwind();
    let result = match deadline {
        Some(deadline) => time::timeout_at(deadline, work).await.map_err(|_| deadline_exceeded())?,
        None => work.await,
    };
    result.unwrap_or_else(|panic| Err(panic_error(method, &*panic).into()))
}

fn deadline_exceeded() -> HttpError {
    Error::deadline_exceeded("the deadline passed before there was an answer").into()
}
