//! When a call must have ended, from the head of its request.

use http::HeaderMap;
use tokio::time::Instant;

use super::{Options, timeout};
use crate::{Result, grpc::metadata};

/// The deadline of a call that came in at `start`. Fails with `INVALID_ARGUMENT` if timeout or metadata are malformed.
pub(super) fn deadline(headers: &HeaderMap, options: &Options, start: Instant) -> Result<Option<Instant>> {
    metadata::check(headers)?;
    let timeout = timeout::of(headers, options)?;
    Ok(timeout.and_then(|timeout| start.checked_add(timeout)))
}
