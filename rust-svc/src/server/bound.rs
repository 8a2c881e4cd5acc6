//! A server that listens, from its first connection to its end.

use std::{convert::Infallible, net::SocketAddr};

use futures::{
    FutureExt,
    future::{join_all, pending},
};
use tokio::time;

use super::{
    connection::Connections,
    health::HealthService,
    limits::Limits,
    listen::{Address, Listener},
    shutdown::{STATUS_FLUSH_TIMEOUT, ShutdownTimes, Signals},
};
use crate::{Error, Result};

/// A server that listens.
#[derive(Debug)]
pub struct Bound {
    pub(super) listeners: Vec<Listener>,
    pub(super) health: HealthService,
    pub(super) limits: Limits,
    pub(super) times: ShutdownTimes,
}

impl Bound {
    /// Returns the first TCP address, with the actual port if port 0 was requested.
    ///
    /// # Panics
    ///
    /// If the server listens on Unix sockets only. [`addresses`](Self::addresses) returns those, too.
    pub fn local_addr(&self) -> SocketAddr {
        self.addresses().find_map(Address::tcp).expect("the server listens with TCP")
    }

    /// Returns all addresses, in the order of binding.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.listeners.iter().map(|listener| &listener.address)
    }

    /// Serves until SIGINT or SIGTERM, then stops gracefully; a second signal stops at once. Fails if signals are not
    /// available.
    pub async fn run(self) -> Result<()> {
        let mut signals = Signals::new().map_err(Error::internal)?;
        let mut more = Signals::new().map_err(Error::internal)?;
        let second = async {
            more.next().await;
            more.next().await;
        };
        self.run_until_or(signals.next(), second).await;
        Ok(())
    }

    /// Serves until `stop` completes, then stops gracefully.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        self.run_until_or(stop, pending()).await;
    }

    /// Serves until `stop` completes, then stops gracefully; stops at once when `now` completes.
    pub async fn run_until_or(mut self, stop: impl Future<Output = ()>, now: impl Future<Output = ()>) {
        let mut connections = Connections::new(self.limits);
        let reload = join_all(self.listeners.iter().map(Listener::reload_certificates));
        let health = self.health.clone();
        tokio::select! {
            () = self.serve_and_drain(&mut connections, stop) => (),
            never = reload.then(|_| pending::<Infallible>()) => match never {},
            () = now => tracing::warn!("stopping at once"),
        }
        health.stop();
        connections.abort().await;
    }

    async fn serve_and_drain(&mut self, connections: &mut Connections, stop: impl Future<Output = ()>) {
        tokio::select! {
            never = connections.accept(&self.listeners) => match never {},
            () = stop => tracing::info!("stopping"),
        }
        self.health.stop();
        tokio::select! {
            never = connections.accept(&self.listeners) => match never {},
            () = time::sleep(self.times.lame_duck) => (),
        }
        connections.accept_waiting(&self.listeners);
        self.listeners.clear();
        if time::timeout(self.times.drain, connections.drain()).await.is_err() {
            tracing::warn!(after = ?self.times.drain, "calls did not end in time and are aborted");
            // A caller that does not read does not get the status.
            let _ = time::timeout(STATUS_FLUSH_TIMEOUT, connections.end_calls()).await;
        }
    }
}
