//! Calls over WebSocket (RFC 6455): a message of JSON for each message of the call, and a close frame with its status.

mod close;
mod connection;
mod handshake;
mod serve;

pub(super) use handshake::is_handshake;
pub(super) use serve::serve;
