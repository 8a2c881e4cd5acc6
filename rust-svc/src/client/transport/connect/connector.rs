//! The interface of connectors.

use std::io;

use futures::{FutureExt, future::BoxFuture};

use crate::net::ByteStream;

/// Opens connections in place of TCP and Unix sockets: in memory, over vsock, in a simulated network.
///
/// A function that takes an address and returns a stream is a connector:
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// let connect = |_address: String| async {
///     let (client, _server) = tokio::io::duplex(64 * 1024);
///     Ok(client)
/// };
/// let client = rust_svc::Client::builder("http://localhost").connector(connect).build()?;
/// # Ok(()) }
/// ```
pub trait Connector: Send + Sync + 'static {
    /// Connects to an address, such as `inventory:50051`, as the target or the resolver names it. TLS follows if the target
    /// has it.
    fn connect(&self, address: String) -> BoxFuture<'static, io::Result<Box<dyn ByteStream>>>;
}

impl<F, C, S> Connector for F
where
    F: Fn(String) -> C + Send + Sync + 'static,
    C: Future<Output = io::Result<S>> + Send + 'static,
    S: ByteStream,
{
    fn connect(&self, address: String) -> BoxFuture<'static, io::Result<Box<dyn ByteStream>>> {
        let connecting = self(address);
        async move { Ok(Box::new(connecting.await?) as Box<dyn ByteStream>) }.boxed()
    }
}
