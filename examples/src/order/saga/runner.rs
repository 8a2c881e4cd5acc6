//! Pursues all orders that are due.

use std::{convert::Infallible, time::Duration};

use futures::{
    StreamExt,
    stream::{self, FuturesUnordered},
};
use rust_svc::{Context, Result};
use tokio::time::{self, MissedTickBehavior};

use super::super::{service::Orders, store::Lease};

/// The number of orders that are pursued at the same time.
const CONCURRENCY: usize = 64;
/// The number of orders that are leased at once. Few, so that all are pursued before their leases end.
const BATCH: usize = 32;

impl Orders {
    /// Pursues orders and obligations at an interval and follows the changes of assignments, forever. None of them waits for
    /// another.
    pub async fn tend_forever(&self, interval: Duration) -> Infallible {
        let (orders, obligations) = (self.tend_orders(interval), self.tend_obligations(interval));
        tokio::join!(orders, obligations, self.watch_assignments(interval)).0
    }

    /// An order whose call hangs does not delay those that are due later.
    async fn tend_orders(&self, interval: Duration) -> Infallible {
        let (mut ticks, cx) = (ticks(interval), Context::new());
        let mut pursued = FuturesUnordered::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => (),
                Some(()) = pursued.next() => continue,
            }
            while let Some(leases) = self.lease_next(CONCURRENCY - pursued.len()).await {
                pursued.extend(leases.into_iter().map(|lease| self.tend_to(&cx, lease)));
            }
        }
    }

    /// Leases some orders that are due; `None` if there are none, or no room for any.
    async fn lease_next(&self, room: usize) -> Option<Vec<Lease>> {
        let limit = i64::try_from(room.min(BATCH)).unwrap_or(0);
        if limit == 0 {
            return None;
        }
        let leases = self.store.lease_due(limit).await;
        let leases = leases.inspect_err(|error| tracing::error!(%error, "the orders could not be pursued"));
        leases.ok().filter(|leases| !leases.is_empty())
    }

    async fn tend_obligations(&self, interval: Duration) -> Infallible {
        let (mut ticks, cx) = (ticks(interval), Context::new());
        loop {
            ticks.tick().await;
            if let Err(error) = self.fulfil_obligations(&cx, None).await {
                tracing::error!(%error, "the obligations could not be fulfilled");
            }
        }
    }

    /// Pursues all orders that are due, and makes all calls that are due, once.
    pub async fn tend(&self, cx: &Context) -> Result<()> {
        loop {
            let leases = self.store.lease_due(BATCH as i64).await?;
            if leases.is_empty() {
                break;
            }
            stream::iter(leases).for_each_concurrent(CONCURRENCY, |lease| self.tend_to(cx, lease)).await;
        }
        self.fulfil_obligations(cx, None).await
    }

    async fn tend_to(&self, cx: &Context, lease: Lease) {
        if let Err(error) = self.pursue(cx, &lease).await {
            tracing::warn!(order = lease.order_id, %error, "the order waits");
        }
    }
}

fn ticks(interval: Duration) -> time::Interval {
    let mut ticks = time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
