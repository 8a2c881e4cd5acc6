//! One call of a handler, within its interceptors, its deadline and the life of the server.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{body::Body, http::Response};
use futures::{FutureExt, TryFutureExt};
use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{error::HttpError, exchange::HttpExchange, handler::RouteHandler};
use crate::{
    Error, Method,
    call::shutdown::ShutdownSignal,
    intercept::{HttpRoute, Side, panic_error},
};

/// Runs a handler until it responds, its deadline passes, or the server shuts down.
pub(super) async fn run(
    handler: &RouteHandler,
    http_route: HttpRoute,
    exchange: HttpExchange,
) -> Result<Response<Body>, HttpError> {
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
    let call = Arc::new(pending.run());
    let response = (handler.handler)(exchange.with_call(call.clone())).instrument(call.span());
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
