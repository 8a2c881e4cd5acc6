//! Responses: one message, a stream of them, or an error.

mod framing;
pub(super) mod message;
mod stream;

pub(super) use framing::Framing;
pub(super) use stream::ResponseStream;
