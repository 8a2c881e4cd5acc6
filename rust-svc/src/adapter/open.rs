//! The context of a call, from the head of its request.

use http::{Extensions, HeaderMap};

use super::{Options, timeout};
use crate::{
    Context, Peer, Result,
    grpc::metadata::{self, Headers},
    peer::Stopping,
};

/// Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn context(headers: HeaderMap, extensions: &Extensions, options: &Options) -> Result<Context> {
    metadata::check(&headers)?;
    let timeout = timeout::of(&headers, options)?;
    let cx = Context::new().with_received(Headers(headers));
    let cx = match timeout {
        Some(timeout) => cx.with_timeout(timeout),
        None => cx,
    };
    let cx = match extensions.get::<Peer>() {
        Some(peer) => cx.with_peer(peer.clone()),
        None => cx,
    };
    Ok(match extensions.get::<Stopping>() {
        Some(Stopping(stopping)) => cx.told_by(stopping.clone()),
        None => cx,
    })
}
