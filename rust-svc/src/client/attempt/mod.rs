//! One attempt of a call: its request, and its response or failure.

mod call_attempt;
mod codec;
mod failure;
mod idempotency_key;
mod message_decoder;
mod request_body;
mod request_head;
mod request_size;
mod request_stream;
mod response;
mod status;
mod when_unreachable;

pub use self::when_unreachable::WhenUnreachable;
pub(crate) use self::{
    call_attempt::{AttemptResponse, CallAttempt},
    codec::{decode, wrong_kind},
    message_decoder::MessageDecoder,
    request_body::RequestBody,
    request_head::{RequestDefaults, default_headers},
    when_unreachable::waits_for_ready,
};
