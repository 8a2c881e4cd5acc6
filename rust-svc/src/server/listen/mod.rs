//! The addresses of a server: what is served there, the socket, and its certificates.

mod address;
mod listener;
mod peer;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;

pub(super) use address::Protocols;
pub use address::{Address, Listen};
pub(super) use listener::{AcceptedStream, Listener};
pub(super) use peer::RemotePeer;
#[cfg(feature = "tls")]
pub use tls::ServerTls;
