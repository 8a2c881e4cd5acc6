//! Responses: one message, a stream of them, or an error.

mod accept;
pub(super) mod conditional;
mod error_body;
mod framing;
mod header_template;
pub(super) mod message;
mod stream;

pub(super) use error_body::error_body;
pub(super) use framing::Framing;
pub(super) use header_template::HeaderTemplate;
pub(super) use stream::ResponseStream;
