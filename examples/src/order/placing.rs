//! Placing an order.

use std::time::Duration;

use rust_svc::{Context, Error, Result};
use tokio::time;

use super::{
    errors::refused,
    service::Orders,
    status,
    store::{Draft, Lease, StoredOrder},
};
use crate::generated::order::v1::{Order, order::Status};

/// The time to wait for a process that pursues the order.
const PATIENCE: Duration = Duration::from_secs(3);
/// The time that the first steps of an order need at least.
const NEEDED: Duration = Duration::from_millis(50);

impl Orders {
    /// Records an order and makes its first steps. The same key and draft return the same order.
    ///
    /// Once it is recorded, the order is pursued whatever happens here, so a step that fails does not fail the call. A call
    /// that would end before the first steps is refused before it starts something.
    pub(super) async fn place(self, cx: Context, key: String, draft: Draft) -> Result<Order> {
        check_time(&cx)?;
        let draft = Draft { trace: cx.trace().map(ToString::to_string), ..draft };
        let order_id = self.store.place(&key, draft).await?.order.order_id;
        let order = self.pursued(&cx, &order_id, |order| !matches!(order.status, Status::Placed | Status::Reserved));
        let order = order.await?;
        match order.refusal {
            Some(refusal) => Err(refused(refusal)),
            None => Ok(order.order),
        }
    }

    /// Makes the steps of an order, or waits for the process that does, until the order is as wanted or has to wait.
    pub(super) async fn pursued(
        &self,
        cx: &Context,
        order_id: &str,
        is_wanted: impl Fn(&StoredOrder) -> bool,
    ) -> Result<StoredOrder> {
        let order = self.store.order(order_id).await?;
        if is_wanted(&order) {
            return Ok(order);
        }
        match self.store.lease(order_id).await? {
            Some(lease) => self.pursue_now(cx, &lease).await,
            None => self.wait_for_others(order_id, is_wanted).await?,
        }
        Ok(self.store.order(order_id).await?)
    }

    /// The steps are made even if the store fails meanwhile, now or later.
    async fn pursue_now(&self, cx: &Context, lease: &Lease) {
        let pursued = async {
            self.pursue(cx, lease).await?;
            self.fulfil_obligations(cx, Some(&lease.order_id)).await
        };
        if let Err(error) = pursued.await {
            tracing::warn!(order = lease.order_id, %error, "the order waits");
        }
    }

    async fn wait_for_others(&self, order_id: &str, is_wanted: impl Fn(&StoredOrder) -> bool) -> Result<()> {
        let mut changes = self.store.changed();
        let changed = async {
            loop {
                let order = self.store.order(order_id).await?;
                if is_wanted(&order) || status::is_over(order.status) || changes.changed().await.is_err() {
                    return Ok(());
                }
            }
        };
        time::timeout(PATIENCE, changed).await.unwrap_or(Ok(()))
    }
}

/// Fails if the deadline of a call leaves too little time.
pub(super) fn check_time(cx: &Context) -> Result<()> {
    if cx.remaining().is_some_and(|remaining| remaining < NEEDED) {
        return Err(Error::deadline_exceeded(format!(
            "less than {NEEDED:?} remain until the deadline: nothing was changed"
        )));
    }
    Ok(())
}
