//! The limit of a request message.

use crate::{Error, Result};

/// Fails if the encoded length of a message exceeds the limit.
pub(super) fn check_length(length: usize, limit: u32) -> Result<()> {
    let is_too_large = u32::try_from(length).map_or(true, |length| length > limit);
    let error = || Error::resource_exhausted(format!("a request of {length} bytes is larger than {limit} bytes"));
    if is_too_large { Err(error()) } else { Ok(()) }
}
