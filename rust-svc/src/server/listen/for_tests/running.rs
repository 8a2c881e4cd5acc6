//! A server that runs in a task.

use std::io;

use futures::Stream;
#[cfg(feature = "fake")]
use futures::StreamExt;
use tokio::{sync::watch, task::AbortHandle};

use super::super::super::{Bound, Server};
#[cfg(feature = "fake")]
use super::faults::{FaultLayer, FaultyIo, Switches};
use crate::{Peer, Result, net::ByteStream};

/// A server that runs in a task, which ends when the value is dropped.
#[derive(Debug)]
pub(super) struct RunningServer {
    stop: watch::Sender<bool>,
    task: AbortHandle,
}

impl RunningServer {
    /// Serves connections from now on, with the faults that scripts of fakes cause.
    ///
    /// # Panics
    ///
    /// Outside the context of a tokio runtime.
    pub(super) fn start<S: ByteStream>(
        server: Server,
        connections: impl Stream<Item = io::Result<(S, Peer)>> + Send + 'static,
    ) -> Result<Self> {
        let bound = serve(server, connections)?;
        let (stop, mut stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            let stop = async { drop(stopped.wait_for(|stopped| *stopped).await) };
            bound.run_until(stop).await;
        });
        Ok(Self { stop, task: task.abort_handle() })
    }

    /// Stops the server gracefully, as a signal does. It does not wait for the end of its calls.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the server has stopped.
    pub(super) async fn stopped(&self) {
        self.stop.closed().await;
    }
}

#[cfg(feature = "fake")]
fn serve<S: ByteStream>(
    server: Server,
    connections: impl Stream<Item = io::Result<(S, Peer)>> + Send + 'static,
) -> Result<Bound> {
    let switches = Switches::default();
    let server = server.layer(FaultLayer(switches.clone()));
    server.serve_connections(connections.map(move |accepted| {
        let (stream, peer) = accepted?;
        Ok((FaultyIo::new(stream, peer.address(), &switches), peer))
    }))
}

#[cfg(not(feature = "fake"))]
fn serve<S: ByteStream>(
    server: Server,
    connections: impl Stream<Item = io::Result<(S, Peer)>> + Send + 'static,
) -> Result<Bound> {
    server.serve_connections(connections)
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
