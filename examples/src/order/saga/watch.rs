//! Follows the changes of assignments, so that no order has to be polled.

use std::{convert::Infallible, time::Duration};

use rust_svc::{Context, Error, Result};
use tokio::time;

use super::super::service::Orders;
use crate::generated::dispatch::v1::WatchAssignmentsRequest;

impl Orders {
    /// Wakes the order of each assignment that changes. Connects again after an interval.
    pub(super) async fn watch_assignments(&self, interval: Duration) -> Infallible {
        loop {
            if let Err(error) = self.watch().await {
                tracing::debug!(%error, "dispatch does not report changes");
            }
            time::sleep(interval).await;
        }
    }

    /// Wakes orders until the stream ends.
    async fn watch(&self) -> Result<()> {
        let position = self.store.position().await?;
        let request = WatchAssignmentsRequest { position };
        let mut changes = self.dispatch.watch_assignments(Context::new(), request).await?;
        while let Some(change) = changes.next().await {
            let change = change?;
            self.store.wake(&change.assignment.order_id, change.position).await.map_err(Error::from)?;
        }
        Ok(())
    }
}
