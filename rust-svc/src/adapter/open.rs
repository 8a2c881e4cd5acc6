//! The context of a call, from the head of its request.

use super::{Options, timeout};
use crate::{Context, Peer, Result, grpc::metadata, peer::Stopping};

/// Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn context<B>(request: &http::Request<B>, options: &Options) -> Result<Context> {
    metadata::check(request.headers())?;
    let cx = Context::new().with_all_metadata(metadata::from_headers(request.headers()));
    let cx = match timeout::of(request.headers(), options)? {
        Some(timeout) => cx.with_timeout(timeout),
        None => cx,
    };
    let cx = match request.extensions().get::<Peer>() {
        Some(peer) => cx.with_peer(peer.clone()),
        None => cx,
    };
    Ok(match request.extensions().get::<Stopping>() {
        Some(Stopping(stopping)) => cx.with_stopping(stopping.clone()),
        None => cx,
    })
}
