//! The context of a call, from the headers and the connection of its request.

use std::{net::SocketAddr, time::Duration};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};

use crate::{
    Context, Error, Peer, Result,
    call::shutdown::DrainSignal,
    gateway::{headers, routing::BoundRoute, settings::GatewaySettings},
    grpc::{header, timeout},
};

/// Returns the context of a call of this route.
pub(crate) fn of_call(route: &BoundRoute, settings: &GatewaySettings, parts: &Parts) -> Result<Context> {
    let address = address(parts).map(|address| address.ip().to_string());
    let mut metadata = headers::metadata(&parts.headers, &parts.uri, address.as_deref())?;
    if settings.permanent_headers {
        headers::append_permanent(&parts.headers, &mut metadata);
    }
    let mut cx = of_peer(parts).with_all_metadata(metadata);
    if let Some(signal) = parts.extensions.get::<DrainSignal>() {
        cx = cx.with_drain_signal(signal.clone());
    }
    let declared = route.method.timeout.filter(|_| route.method.kind.returns_one());
    let requested = requested_timeout(&parts.headers)?;
    let cx = requested.into_iter().chain(declared).fold(cx, Context::with_timeout);
    Ok(cx.with_inherited_deadline())
}

/// Returns a context that holds only the peer.
pub(crate) fn of_peer(parts: &Parts) -> Context {
    let peer = parts.extensions.get().cloned().or_else(|| address(parts).map(Peer::from));
    peer.map_or_else(Context::new, |peer| Context::new().with_peer(peer))
}

fn address(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0)
}

fn requested_timeout(headers: &HeaderMap) -> Result<Option<Duration>> {
    let mut values = headers.get_all(header::TIMEOUT).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let timeout = value.to_str().ok().and_then(timeout::parse).filter(|_| values.next().is_none());
    let invalid =
        || Error::invalid_argument("the header grpc-timeout must be up to eight digits and a unit, as in 500m");
    timeout.map(Some).ok_or_else(invalid)
}
