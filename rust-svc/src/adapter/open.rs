//! The context of a call, from the head of its request.

use std::{fmt, net::SocketAddr, sync::Arc};

use super::{Options, timeout};
use crate::{Context, Result, grpc::metadata};

/// The address of a caller. A server puts it into the extensions of each request, and the adapter into the
/// [`Context`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer(Arc<str>);

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self(address.to_string().into())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn context<B>(request: &http::Request<B>, options: &Options) -> Result<Context> {
    metadata::check(request.headers())?;
    let cx = Context::new().with_all_metadata(metadata::from_headers(request.headers()));
    let cx = match timeout::of(request.headers(), options)? {
        Some(timeout) => cx.with_timeout(timeout),
        None => cx,
    };
    Ok(match request.extensions().get::<Peer>() {
        Some(Peer(address)) => cx.with_peer(address.clone()),
        None => cx,
    })
}
