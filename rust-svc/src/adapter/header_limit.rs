//! Headers and trailers that are larger than the caller accepts.
//!
//! Many callers close their whole connection over them, with all of its calls. So headers that are too large are left out,
//! and a call that had not failed fails.

use http::{HeaderMap, HeaderName, header::CONTENT_TYPE};

use crate::{
    Code, Error,
    call::connection_info::MaxHeaderListSize,
    grpc::{header, header_list, status},
};

/// The size of headers that are added later: HTTP status, date and compression.
const RESERVE: usize = 256;

/// The trailers that are never left out.
const ESSENTIAL: [HeaderName; 5] =
    [CONTENT_TYPE, header::STATUS, header::MESSAGE, header::STATUS_DETAILS, header::RETRY_PUSHBACK];

/// Returns whether a caller accepts these headers.
pub(super) fn accepts(MaxHeaderListSize(limit): MaxHeaderListSize, headers: &HeaderMap) -> bool {
    limit == u32::MAX || header_list::size(headers) + RESERVE <= limit as usize
}

/// Removes the trailers that are too large. Returns the code in the rest; `None` if the call has not failed.
pub(super) fn truncate(trailers: &mut HeaderMap, limit: MaxHeaderListSize, code: Option<Code>) -> Option<Code> {
    // Most successful calls have no other trailer than their status.
    if trailers.len() == 1 || accepts(limit, trailers) {
        return code;
    }
    match code {
        None => status::insert(&too_large("trailers", limit), trailers),
        Some(_) => tracing::warn!(limit = limit.0, "the trailers of a response are larger than its caller accepts"),
    }
    let kept = ESSENTIAL.map(|name| trailers.remove(&name).map(|value| (name, value)));
    *trailers = kept.into_iter().flatten().collect();
    if !accepts(limit, trailers) {
        trailers.remove(header::STATUS_DETAILS);
    }
    Some(code.unwrap_or(Code::Internal))
}

/// Returns the error of a call whose headers or trailers are too large.
pub(super) fn too_large(part: &str, MaxHeaderListSize(limit): MaxHeaderListSize) -> Error {
    tracing::warn!(limit, "the {part} of a response are larger than its caller accepts");
    let message = format!("the {part} of the response are larger than the {limit} bytes that its caller accepts");
    Error::new(Code::Internal, message)
}
