//! The context of a call, from the head of its request.

use http::HeaderMap;
use tokio::time::Instant;

use super::{Options, timeout};
use crate::{
    Context, Result,
    grpc::metadata::{self, Headers},
    peer::{Origin, Stopping},
};

/// The call came in at `start`. Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn context(headers: HeaderMap, origin: Origin, options: &Options, start: Instant) -> Result<Context> {
    metadata::check(&headers)?;
    let timeout = timeout::of(&headers, options)?;
    let cx = Context::new().with_received(Headers(headers));
    let cx = match timeout.and_then(|timeout| start.checked_add(timeout)) {
        Some(deadline) => cx.with_deadline(deadline),
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
