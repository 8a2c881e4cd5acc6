//! A server without sockets.

use std::{io, sync::Arc};

use futures::{Stream, StreamExt};
use tokio::{
    io::DuplexStream,
    sync::watch,
    task::{AbortHandle, JoinHandle},
};

#[cfg(feature = "fake")]
use super::faults::{FaultLayer, FaultyIo, Switches};
use super::{
    super::super::{Bound, Server},
    connections::ConnectionOpener,
};
use crate::{Client, Peer, Result, adapter, client::ClientBuilder};

/// The address of clients of a server in memory, whose host requests name.
const ADDRESS: &str = "http://localhost";

/// A server without sockets, for tests: its clients reach it over HTTP/2 in memory, also on a paused clock.
///
/// It stops at once when the last of its clones and clients is dropped.
#[derive(Clone, Debug)]
pub struct InMemoryServer(Arc<RunningServer>);

#[derive(Debug)]
struct RunningServer {
    opener: ConnectionOpener,
    stop: watch::Sender<bool>,
    task: AbortHandle,
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
        let bound = serve(self, connections)?;
        let (stop, stopped) = watch::channel(false);
        let task = spawn(bound, stopped).abort_handle();
        Ok(InMemoryServer(Arc::new(RunningServer { opener, stop, task })))
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
        self.0.stop.send_replace(true);
    }

    /// Waits until the server has stopped.
    pub async fn stopped(&self) {
        self.0.stop.closed().await;
    }
}

/// Serves connections, with the faults that scripts of fakes cause.
#[cfg(feature = "fake")]
fn serve(server: Server, connections: impl Stream<Item = (DuplexStream, Peer)> + Send + 'static) -> Result<Bound> {
    let switches = Switches::default();
    let server = server.layer(FaultLayer(switches.clone()));
    server.serve_connections(connections.map(move |(stream, peer)| {
        let stream = FaultyIo::new(stream, peer.address(), &switches);
        Ok((stream, peer))
    }))
}

#[cfg(not(feature = "fake"))]
fn serve(server: Server, connections: impl Stream<Item = (DuplexStream, Peer)> + Send + 'static) -> Result<Bound> {
    server.serve_connections(connections.map(Ok))
}

fn spawn(bound: Bound, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stop = async { drop(stopped.wait_for(|stopped| *stopped).await) };
        bound.run_until(stop).await;
    })
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
