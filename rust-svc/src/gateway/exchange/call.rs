//! One call of a handler, within its interceptors, its deadline and the life of the server.

use std::{
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
};

use axum::{
    body::Body,
    http::{Response, request::Parts},
};
use futures::{FutureExt, TryFutureExt};
use tokio::time::Instant;
use tracing::Instrument;

use super::{
    handler::{Handler, RouteHandler},
    http_exchange::HttpExchange,
};
use crate::{
    Error, Method,
    call::{
        run_until::run_until_cancelled,
        shutdown::{ShutdownSignal, handler_interrupted},
    },
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

/// Responds to a request that is valid so far, by the response of `run` or by its error.
pub(crate) async fn serve<F>(
    handler: &RouteHandler,
    exchange: Box<HttpExchange>,
    run: impl FnOnce(Box<HttpExchange>) -> F,
) -> Response<Body>
where
    F: Future<Output = Result<Response<Body>, HttpError>>,
{
    let (cx, is_conditional) = (exchange.cx(), exchange.is_conditional_write());
    let result = run(exchange).await.map_err(|error| error.with_metadata_of(&cx));
    finish(handler, if is_conditional { result.map_err(conditional::unless_refused) } else { result })
}

/// Responds to a request that is not valid.
pub(crate) fn refuse(handler: &RouteHandler, http_route: HttpRoute, parts: &Parts, error: HttpError) -> Response<Body> {
    let cx = context::of_peer(parts);
    handler.chain.refused(&handler.route.method, Some(http_route), cx.clone(), error.error.code());
    finish(handler, Err(error.with_metadata_of(&cx)))
}

fn finish(handler: &RouteHandler, result: Result<Response<Body>, HttpError>) -> Response<Body> {
    let BoundRoute { method, route, .. } = &*handler.route;
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
    exchange: Box<HttpExchange>,
) -> Result<Response<Body>, HttpError> {
    let exchange = pass(handler, http_route, exchange).await?;
    respond(&handler.route.method, &handler.handler, exchange).await
}

/// Runs the interceptors of a call.
pub(crate) async fn pass(
    handler: &RouteHandler,
    http_route: HttpRoute,
    exchange: Box<HttpExchange>,
) -> Result<Box<HttpExchange>, HttpError> {
    if exchange.cx().is_cancelled() {
        let error = deadline_exceeded();
        handler.chain.refused(&handler.route.method, Some(http_route), exchange.cx(), error.error.code());
        return Err(error);
    }
    if handler.chain.is_empty() {
        return Ok(exchange);
    }
    // The box keeps the future of other calls small.
    Box::pin(intercept(handler, http_route, exchange)).await
}

async fn intercept(
    handler: &RouteHandler,
    http_route: HttpRoute,
    exchange: Box<HttpExchange>,
) -> Result<Box<HttpExchange>, HttpError> {
    let (method, deadline, start) = (&handler.route.method, exchange.cx().deadline(), Instant::now());
    let mut pending = handler.chain.clone().open(method, Side::Server, Some(http_route), exchange.cx(), start);
    let shutdown = exchange.shutdown();
    let work = pending.pass(start).map_err(HttpError::from);
    let passed = run_in_time(method, &shutdown, deadline, pin!(work)).await;
    passed.inspect_err(|error| pending.failed(&error.error))?;
    Ok(exchange.with_call(Arc::new(pending.run())))
}

/// Runs a handler until it responds, its deadline passes, or the server shuts down.
pub(crate) async fn respond(
    method: &Method,
    handler: &Handler,
    exchange: Box<HttpExchange>,
) -> Result<Response<Body>, HttpError> {
    let (call, shutdown, deadline) = (exchange.call(), exchange.shutdown(), exchange.cx().deadline());
    let response = pin!(handler(exchange).instrument(call.span()));
    let result = run_in_time(method, &shutdown, deadline, response).await;
    result.inspect_err(|error| {
        call.failed(&error.error);
        call.answered(error.status().as_u16());
        call.end(Some(error.error.code()));
    })
}

/// Runs until the deadline passes, or the server shuts down. The caller of a handler that panics sees only an internal error.
async fn run_in_time<T>(
    method: &Method,
    shutdown: &ShutdownSignal,
    deadline: Option<Instant>,
    work: Pin<&mut impl Future<Output = Result<T, HttpError>>>,
) -> Result<T, HttpError> {
    let work = pin!(AssertUnwindSafe(work).catch_unwind());
    match run_until_cancelled(|| shutdown.recv_until(deadline), work).await {
        Some(result) => result.unwrap_or_else(|panic| Err(panic_error(method, &*panic).into())),
        None if deadline.is_some_and(|deadline| deadline <= Instant::now()) => Err(deadline_exceeded()),
        None => Err(handler_interrupted().into()),
    }
}

fn deadline_exceeded() -> HttpError {
    Error::deadline_exceeded("the deadline passed before there was an answer").into()
}
