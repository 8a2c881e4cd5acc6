//! Connections, whatever carries them.

mod stream;
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
pub(crate) mod tls;

#[cfg(feature = "client")]
pub use stream::ByteStream;
#[cfg(feature = "client")]
pub(crate) use stream::CustomStream;
pub(crate) use stream::NetStream;
