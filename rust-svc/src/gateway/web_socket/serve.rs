//! From the handshake of a WebSocket to its call.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Response, request::Parts},
};

use super::{connection::SocketCall, handshake};
use crate::{
    call::connection_info::ConnectionGuard,
    gateway::{
        error::HttpError,
        exchange::{HttpExchange, call, handler::RouteHandler},
        routing::PathSegments,
    },
    intercept::HttpRoute,
};

/// Responds to a handshake. A call that is not valid, or that an interceptor refuses, is refused before the socket opens.
pub(crate) async fn serve(
    handler: Arc<RouteHandler>,
    http_route: HttpRoute,
    segments: String,
    mut parts: Parts,
) -> Response<Body> {
    let guard = parts.extensions.remove::<ConnectionGuard>();
    let (upgrade, exchange) = match accept(&handler, &segments, &mut parts).await {
        Ok(accepted) => accepted,
        Err(error) => return call::refuse(&handler, http_route, &parts, error),
    };
    call::serve(&handler, exchange, |exchange| async {
        let call = SocketCall::new(&handler, call::pass(&handler, http_route, exchange).await?);
        Ok(upgrade.on_upgrade(|socket| async {
            let _guard = guard;
            call.run(socket).await;
        }))
    })
    .await
}

async fn accept(
    handler: &RouteHandler,
    segments: &str,
    parts: &mut Parts,
) -> Result<(handshake::Upgrade, Box<HttpExchange>), HttpError> {
    let upgrade = handshake::accept(parts, &handler.settings).await?;
    let (route, settings) = (handler.route.clone(), handler.settings.clone());
    let exchange = HttpExchange::open(route, settings, PathSegments(segments), parts, Body::empty())?;
    Ok((upgrade, exchange))
}
