//! Looks names up.

use std::{io, net::SocketAddr, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream};
use tokio::time::{self, Instant};

use super::{
    endpoint::Endpoint,
    resolver::{EndpointUpdates, Refresh, Resolver},
};
use crate::{Error, Result};

/// The interval of lookups, and the shortest one if an endpoint cannot be reached.
const INTERVAL: Duration = Duration::from_secs(30);
const MIN_INTERVAL: Duration = Duration::from_secs(5);

/// The wait after a failed lookup, and how it grows up to the interval.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const RETRY_FACTOR: f64 = 1.6;

/// Looks up all addresses of a name, again after a while, and early if one cannot be reached.
pub(crate) struct DnsResolver {
    name: (String, u16),
    find: fn(String, u16) -> LookupFuture,
}

type LookupFuture = BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

/// The lookups of one name.
struct Lookups {
    name: (String, u16),
    find: fn(String, u16) -> LookupFuture,
    refresh: Refresh,
    last: Option<Instant>,
    retry: Option<Duration>,
}

impl DnsResolver {
    pub(crate) fn new(host: String, port: u16) -> Self {
        Self { name: (host, port), find: |host, port| Box::pin(async move { lookup(&host, port).await }) }
    }
}

impl Resolver for DnsResolver {
    fn watch(&self, refresh: Refresh) -> EndpointUpdates {
        let lookups = Lookups { name: self.name.clone(), find: self.find, refresh, last: None, retry: None };
        stream::unfold(lookups, |mut lookups| async move { Some((lookups.next().await, lookups)) }).boxed()
    }
}

impl Lookups {
    async fn next(&mut self) -> Result<Vec<Endpoint>> {
        self.wait().await;
        let (host, port) = self.name.clone();
        let found = (self.find)(host, port).await;
        self.last = Some(Instant::now());
        match found {
            Ok(addresses) => {
                self.retry = None;
                Ok(addresses.into_iter().map(Endpoint::from).collect())
            }
            Err(error) => {
                let next = |retry: Duration| retry.mul_f64(RETRY_FACTOR).min(INTERVAL);
                self.retry = Some(self.retry.map_or(FIRST_RETRY, next));
                Err(Error::unavailable(format!("cannot look up `{}`", self.name.0)).with_source(error))
            }
        }
    }

    /// Waits until the name should be looked up.
    async fn wait(&self) {
        let Some(last) = self.last else { return };
        if let Some(retry) = self.retry {
            return time::sleep_until(last + retry).await;
        }
        tokio::select! {
            () = time::sleep_until(last + INTERVAL) => (),
            () = self.refresh.requested() => time::sleep_until(last + MIN_INTERVAL).await,
        }
    }
}

/// Returns the addresses of a name. Fails if there are none.
pub(crate) async fn lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
    let none = || io::Error::new(io::ErrorKind::NotFound, format!("`{host}` has no addresses"));
    (!addresses.is_empty()).then_some(addresses).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(find: fn(String, u16) -> LookupFuture) -> (EndpointUpdates, Refresh) {
        let refresh = Refresh::default();
        (DnsResolver { name: ("inventory".into(), 50051), find }.watch(refresh.clone()), refresh)
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_is_looked_up_again_after_a_while_and_early_after_a_failure() {
        let (mut updates, refresh) =
            watch(|_, port| Box::pin(async move { Ok(vec![SocketAddr::from(([10, 0, 0, 7], port))]) }));
        let start = Instant::now();
        let next = updates.next().await.expect("an update").expect("endpoints");
        assert_eq!(next, [Endpoint::new("10.0.0.7:50051")]);
        updates.next().await;
        assert_eq!(start.elapsed(), INTERVAL);
        for _ in 0..10 {
            refresh.request();
        }
        updates.next().await;
        assert_eq!(start.elapsed(), INTERVAL + MIN_INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn failed_lookups_back_off() {
        let (mut updates, refresh) = watch(|_, _| Box::pin(async { Err(io::Error::other("no server")) }));
        let start = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..12 {
            let before = start.elapsed();
            assert!(updates.next().await.expect("an update").is_err());
            refresh.request();
            waits.push((start.elapsed() - before).as_millis());
        }
        assert_eq!(waits[..4], [0, 1000, 1600, 2560]);
        assert_eq!(waits[11], INTERVAL.as_millis());
    }
}
