//! Responses: one message, a stream of them, or an error.

mod accept;
mod error_body;
pub(super) mod etag;
mod framing;
pub(super) mod message;
mod stream;

pub(super) use error_body::error_body;
pub(super) use framing::Framing;
pub(super) use stream::ResponseStream;
