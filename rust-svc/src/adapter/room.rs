//! Headers and trailers that are larger than the caller takes.
//!
//! Many callers end their whole connection over them, and all of its calls. So what does not fit is left out, and makes a
//! call fail that had not.

use http::{HeaderMap, HeaderName, header::CONTENT_TYPE};

use crate::{
    Code, Error,
    call::connection_info::MaxHeaderListSize,
    grpc::{header, status},
};

/// What an entry counts besides its name and its value (RFC 9113, section 6.5.2).
const ENTRY: usize = 32;

/// What is added after these are counted: the status and the date of HTTP, and how messages are compressed.
const RESERVE: usize = 256;

/// What is kept of trailers that do not fit.
const KEPT: [HeaderName; 4] = [CONTENT_TYPE, header::STATUS, header::MESSAGE, header::STATUS_DETAILS];

impl MaxHeaderListSize {
    /// True if all of these are taken.
    pub(super) fn holds(self, headers: &HeaderMap) -> bool {
        let sizes = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY);
        self.0 == u32::MAX || sizes.sum::<usize>() + RESERVE <= self.0 as usize
    }

    /// Leaves out of trailers what is not taken; gives the code in them, `None` if the call has not failed.
    pub(super) fn truncate(self, trailers: &mut HeaderMap, code: Option<Code>) -> Option<Code> {
        // Of a call that succeeds there is mostly its status alone.
        if trailers.len() == 1 || self.holds(trailers) {
            return code;
        }
        if code.is_none() {
            status::insert(&too_large("trailers", self), trailers);
        } else {
            tracing::warn!(room = self.0, "the trailers of an answer are larger than its caller takes");
        }
        let kept = KEPT.map(|name| trailers.remove(&name).map(|value| (name, value)));
        *trailers = kept.into_iter().flatten().collect();
        if !self.holds(trailers) {
            trailers.remove(header::STATUS_DETAILS);
        }
        Some(code.unwrap_or(Code::Internal))
    }
}

/// The error of a call whose headers, or trailers, do not fit.
pub(super) fn too_large(what: &str, MaxHeaderListSize(room): MaxHeaderListSize) -> Error {
    tracing::warn!(room, "the {what} of an answer are larger than its caller takes");
    Error::new(
        Code::Internal,
        format!("the {what} of the answer are larger than the {room} bytes that its caller takes"),
    )
}
