//! Warming up and watching the connections of a client.

use std::sync::{Arc, Weak};

use tokio::sync::watch;

use super::{
    handle::Client,
    state::ClientState,
    transport::{ConnectivityState, Transport},
};
use crate::{Error, Result};

/// Follows the connectivity of a client. It does not keep the client's connections open.
///
/// ```no_run
/// # async fn watch(client: rust_svc::Client) {
/// let mut connectivity = client.connectivity();
/// loop {
///     println!("{}", connectivity.state());
///     if connectivity.changed().await.is_none() {
///         break;
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Connectivity {
    client: Weak<ClientState>,
    changes: Option<watch::Receiver<()>>,
    last: ConnectivityState,
}

impl Client {
    /// Connects before the first call: looks the target up, and tries all of its servers. Fails with `UNAVAILABLE` if none
    /// can be reached within the connect timeout.
    pub async fn connect(&self) -> Result<()> {
        let Some(fleet) = self.0.transport.fleet() else { return Ok(()) };
        let unreachable = |error| Error::unavailable(format!("cannot reach {}", self.0.target)).with_source(error);
        fleet.connect().await.map_err(unreachable)
    }

    /// Returns the connectivity of the client, to read or to watch. A client is idle before the first call or
    /// [`connect`](Self::connect).
    pub fn connectivity(&self) -> Connectivity {
        let changes = self.0.transport.fleet().map(|fleet| fleet.subscribe());
        Connectivity { client: Arc::downgrade(&self.0), changes, last: state(&self.0.transport) }
    }
}

impl Connectivity {
    /// Returns the current state.
    pub fn state(&self) -> ConnectivityState {
        self.client.upgrade().map_or(ConnectivityState::Shutdown, |client| state(&client.transport))
    }

    /// Completes with the next state that differs from the last one. `None` when the client is gone.
    pub async fn changed(&mut self) -> Option<ConnectivityState> {
        loop {
            let state = self.state();
            if state != self.last {
                self.last = state;
                return Some(state);
            }
            match &mut self.changes {
                _ if state == ConnectivityState::Shutdown => return None,
                Some(changes) => _ = changes.changed().await,
                // A service in this process is always ready.
                None => std::future::pending().await,
            }
        }
    }
}

fn state(transport: &Transport) -> ConnectivityState {
    transport.fleet().map_or(ConnectivityState::Ready, |fleet| fleet.connectivity())
}
