//! The bodies of responses.

mod incoming;
mod remote;
mod streamed;

pub(super) use self::streamed::StreamedResponse;
pub(crate) use self::{incoming::IncomingBody, remote::BodyChunk};
