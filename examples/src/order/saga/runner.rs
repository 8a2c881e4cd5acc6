//! Pursues all orders that are due.

use std::{convert::Infallible, time::Duration};

use futures::{StreamExt, stream};
use rust_svc::{Context, Result};
use tokio::time::{self, MissedTickBehavior};

use super::super::{service::Orders, store::Lease};

/// The number of orders that are pursued at the same time.
const CONCURRENCY: usize = 16;
/// The number of orders that are leased at once. Few, so that all are pursued before their leases end.
const BATCH: i64 = 32;

impl Orders {
    /// Pursues orders at an interval and follows the changes of assignments, forever.
    pub async fn tend_forever(&self, interval: Duration) -> Infallible {
        tokio::join!(self.tend_at(interval), self.watch_assignments(interval)).0
    }

    async fn tend_at(&self, interval: Duration) -> Infallible {
        let mut ticks = time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.tend(&Context::new()).await {
                tracing::error!(%error, "the orders could not be pursued");
            }
        }
    }

    /// Pursues all orders that are due, and makes all calls that are due.
    pub async fn tend(&self, cx: &Context) -> Result<()> {
        loop {
            let leases = self.store.lease_due(BATCH).await?;
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
