//! From the handshake of a WebSocket to its call.

use axum::{
    body::Body,
    http::{Response, request::Parts},
};

use super::{connection::SocketCall, handshake};
use crate::{
    call::connection_info::ConnectionGuard,
    gateway::{
        exchange::{HttpExchange, call, handler::RouteHandler},
        routing::PathSegments,
    },
    intercept::HttpRoute,
};

/// Responds to a handshake. A call that is not valid, or that an interceptor refuses, is refused before the socket opens.
pub(crate) async fn serve(
    handler: &RouteHandler,
    http_route: HttpRoute,
    segments: PathSegments<'_>,
    parts: &mut Parts,
) -> Response<Body> {
    let guard = parts.extensions.remove::<ConnectionGuard>();
    let (upgrade, exchange) = match handshake::accept(parts, &handler.settings).await {
        Ok(upgrade) => {
            let (route, settings) = (handler.route.clone(), handler.settings.clone());
            (Some(upgrade), HttpExchange::open(route, settings, segments, parts, Body::empty()))
        }
        Err(error) => (None, Err(error)),
    };
    call::serve(handler, http_route, parts, exchange, |exchange| async {
        let call = SocketCall::new(handler, call::pass(handler, http_route, exchange).await?);
        let open = |upgrade: handshake::Upgrade| {
            upgrade.on_upgrade(|socket| async {
                let _guard = guard;
                call.run(socket).await;
            })
        };
        Ok(upgrade.map(open).unwrap_or_default())
    })
    .await
}
