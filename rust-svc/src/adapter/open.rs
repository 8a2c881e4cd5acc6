//! The context of a call, from the head of its request.

use http::HeaderMap;

use super::{Options, timeout};
use crate::{
    Context, Result,
    grpc::metadata::{self, Headers},
    peer::{Origin, Stopping},
};

/// Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn context(headers: HeaderMap, origin: Origin, options: &Options) -> Result<Context> {
    metadata::check(&headers)?;
    let timeout = timeout::of(&headers, options)?;
    let cx = Context::new().with_received(Headers(headers));
    let cx = match timeout {
        Some(timeout) => cx.with_timeout(timeout),
        None => cx,
    };
    let cx = match origin.peer {
        Some(peer) => cx.with_peer(peer),
        None => cx,
    };
    Ok(match origin.stopping {
        Some(Stopping(stopping)) => cx.told_by(stopping),
        None => cx,
    })
}
