//! Connections, whatever carries them.

mod stream;
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
pub(crate) mod tls;

pub use stream::ByteStream;
pub(crate) use stream::{CustomStream, NetStream};
