//! A server on a port of this machine.

use std::{net::SocketAddr, sync::Arc};

use futures::stream;
use tokio::net::TcpListener;

use super::{super::super::Server, running::RunningServer};
use crate::{Client, Error, Peer, Result, client::ClientBuilder};

/// A server on a port of this machine, for tests with clients of other processes and languages.
///
/// It stops at once when the last of its clones is dropped.
#[derive(Clone, Debug)]
pub struct LocalServer {
    address: SocketAddr,
    server: Arc<RunningServer>,
}

impl Server {
    /// Serves on a free port of 127.0.0.1 from now on, for tests: gRPC, gateways, reflection and health, with all limits, and
    /// with the faults that scripts of fakes cause. Fails if no port is available, or if routes of gateways conflict.
    ///
    /// ```
    /// # async fn test() -> rust_svc::Result<()> {
    /// let server = rust_svc::Server::new().local().await?;
    /// println!("serving {}", server.url());
    /// # Ok(()) }
    /// ```
    pub async fn local(self) -> Result<LocalServer> {
        self.local_at("127.0.0.1:0").await
    }

    /// Serves on an address from now on, in plaintext, as [`local`](Self::local) does.
    pub async fn local_at(self, address: &str) -> Result<LocalServer> {
        let failed = |error| Error::unavailable(format!("cannot listen on {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(Error::internal)?;
        let connections = stream::unfold(listener, |listener| async move {
            let accepted = listener.accept().await.map(|(stream, peer)| {
                // Small messages must not wait for more. This fails only if the connection is already closed.
                let _ = stream.set_nodelay(true);
                (stream, Peer::from(peer))
            });
            Some((accepted, listener))
        });
        Ok(LocalServer { address, server: Arc::new(RunningServer::start(self, connections)?) })
    }
}

impl LocalServer {
    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL for clients, such as `http://127.0.0.1:50051`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Creates a client of the server.
    pub fn client(&self) -> Client {
        self.client_builder().build().expect("the address is valid")
    }

    /// Configures a client of the server.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(self.url())
    }

    /// Stops the server gracefully, as a signal does. It does not wait for the end of its calls.
    pub fn stop(&self) {
        self.server.stop();
    }

    /// Waits until the server has stopped.
    pub async fn stopped(&self) {
        self.server.stopped().await;
    }
}
