//! The context of a call, from the headers and the connection of its request.

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{
        HeaderName,
        header::{CONTENT_DISPOSITION, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE},
        request::Parts,
    },
};

use super::timeout;
use crate::{
    Context, Peer, Result,
    call::shutdown::DrainSignal,
    gateway::{headers, routing::BoundRoute, settings::GatewaySettings},
};

/// Returns the context of a call of this route.
pub(crate) fn of_call(route: &BoundRoute, settings: &GatewaySettings, parts: &Parts) -> Result<Context> {
    let address = address(parts).map(|address| address.ip());
    let mut metadata = headers::metadata(&parts.headers, &parts.uri, address, settings)?;
    headers::append_plain(plain_headers(route), &parts.headers, &mut metadata);
    let mut cx = of_peer(parts).with_all_metadata(metadata).with_values(route.values.clone());
    if let Some(signal) = parts.extensions.get::<DrainSignal>() {
        cx = cx.with_drain_signal(signal.clone());
    }
    let declared = route.method.timeout.filter(|_| route.method.kind.returns_one());
    let requested = timeout::requested(&parts.headers)?.or(settings.default_timeout);
    let timeouts = [requested, settings.max_timeout, declared];
    let cx = timeouts.into_iter().flatten().fold(cx, Context::with_timeout);
    Ok(cx.with_inherited_deadline())
}

/// Returns the headers that handlers of a route read under their own names: those of bytes, and conditions of writes that no
/// field holds.
fn plain_headers(route: &BoundRoute) -> impl Iterator<Item = HeaderName> {
    let is_write = route.route.kind != "GET";
    let names = [
        (route.takes_bytes, CONTENT_DISPOSITION),
        (route.returns_bytes, RANGE),
        (route.returns_bytes, IF_RANGE),
        (is_write && route.expected_etag.is_none(), IF_MATCH),
        (is_write, IF_NONE_MATCH),
    ];
    names.into_iter().filter(|(is_read, _)| *is_read).map(|(_, name)| name)
}

/// Returns a context that holds only the peer.
pub(crate) fn of_peer(parts: &Parts) -> Context {
    let peer = parts.extensions.get().cloned().or_else(|| address(parts).map(Peer::from));
    peer.map_or_else(Context::new, |peer| Context::new().with_peer(peer))
}

fn address(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0)
}
