//! The addresses of a server: what is served there, the socket, and its certificates.

mod address;
mod custom_connections;
#[cfg(feature = "client")]
mod for_tests;
mod listener;
mod peer;
mod protocols;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;

pub use address::{Address, Listen};
pub(super) use custom_connections::CustomConnections;
#[cfg(feature = "client")]
pub use for_tests::{InMemoryServer, LocalServer};
pub(super) use listener::{AcceptedStream, Listener};
pub(super) use peer::RemotePeer;
pub(super) use protocols::Protocols;
#[cfg(feature = "tls")]
pub use tls::ServerTls;
