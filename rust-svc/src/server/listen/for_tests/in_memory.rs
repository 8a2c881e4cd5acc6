//! A server without sockets.

use std::{io, sync::Arc};

use futures::StreamExt;
use tokio::io::DuplexStream;

use super::{super::super::Server, connections::ConnectionOpener, running::RunningServer};
use crate::{Client, Result, adapter, client::ClientBuilder};

/// The address of clients of a server in memory, whose host requests name.
const ADDRESS: &str = "http://localhost";

/// A server without sockets, for tests: its clients reach it over HTTP/2 in memory, also on a paused clock.
///
/// It stops at once when the last of its clones and clients is dropped.
#[derive(Clone, Debug)]
pub struct InMemoryServer(Arc<InMemoryState>);

#[derive(Debug)]
struct InMemoryState {
    opener: ConnectionOpener,
    server: RunningServer,
}

impl Server {
    /// Serves connections in memory from now on, for tests: with all limits, and with HTTP/2 on each connection. Fails if
    /// routes of gateways conflict.
    ///
    /// ```
    /// # async fn test() -> rust_svc::Result<()> {
    /// let server = rust_svc::Server::new().in_memory()?;
    /// let client = server.client();
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside the context of a tokio runtime.
    pub fn in_memory(self) -> Result<InMemoryServer> {
        let (opener, connections) = ConnectionOpener::new();
        let server = RunningServer::start(self, connections.map(Ok))?;
        Ok(InMemoryServer(Arc::new(InMemoryState { opener, server })))
    }
}

impl Client {
    /// Creates a client of a service in this process, which it calls over HTTP/2 in memory. The service is served as long
    /// as the client exists, with the limits of a [`Server`]. Use [`Server::in_memory`] for gateways and several clients.
    ///
    /// # Panics
    ///
    /// Outside the context of a tokio runtime.
    pub fn in_memory(routes: impl Into<adapter::Routes>) -> Result<Self> {
        Ok(Server::new().adapter(routes).in_memory()?.client())
    }
}

impl InMemoryServer {
    /// Creates a client of the server.
    pub fn client(&self) -> Client {
        self.client_builder().build().expect("the address is valid")
    }

    /// Configures a client of the server.
    pub fn client_builder(&self) -> ClientBuilder {
        let server = self.clone();
        Client::builder(ADDRESS).connector(move |_| std::future::ready(server.connect()))
    }

    /// Opens a connection, for clients of other libraries. Fails if connections are refused, or if the server has stopped.
    pub fn connect(&self) -> io::Result<DuplexStream> {
        self.0.opener.open()
    }

    /// Refuses new connections, or accepts them again. Open connections are not affected.
    pub fn refuse_connections(&self, refuses: bool) {
        self.0.opener.refuse(refuses);
    }

    /// Returns the number of connections that were opened so far.
    pub fn connections(&self) -> usize {
        self.0.opener.opened()
    }

    /// Stops the server gracefully, as a signal does. It does not wait for the end of its calls.
    pub fn stop(&self) {
        self.0.opener.refuse(true);
        self.0.server.stop();
    }

    /// Waits until the server has stopped.
    pub async fn stopped(&self) {
        self.0.server.stopped().await;
    }
}
