//! The context of a call, from the head of its request.

use http::HeaderMap;
use tokio::time::Instant;

use super::{Options, timeout};
use crate::{
    Context, Lifeline, Result,
    grpc::metadata::{self, Headers},
    peer::Origin,
};

/// The call came in at `start`, and the caller waits for it until the lifeline is dropped. Fails with `INVALID_ARGUMENT`
/// if timeout or metadata are malformed.
pub(super) fn context(
    headers: HeaderMap,
    origin: Origin,
    options: &Options,
    start: Instant,
) -> Result<(Context, Lifeline)> {
    metadata::check(&headers)?;
    let timeout = timeout::of(&headers, options)?;
    let deadline = timeout.and_then(|timeout| start.checked_add(timeout));
    Ok(Context::received(Headers(headers), deadline, origin))
}
