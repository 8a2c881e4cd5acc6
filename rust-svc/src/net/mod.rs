//! Connections, whatever carries them.

mod stream;
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
pub(crate) mod tls;

pub(crate) use stream::NetStream;
