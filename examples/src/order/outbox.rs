//! The transactional outbox: calls of other services that are made at once if possible, and otherwise retried until they
//! succeed.

use std::time::Duration;

use rust_svc::{Context, Result};

use super::{
    errors::is_uncertain,
    service::Orders,
    store::{OutboxEntry, OutboxTask, attempt_id},
};
use crate::generated::{
    dispatch::v1::CancelAssignmentRequest,
    inventory::v1::{ReleaseReservationRequest, release_reservation_request::Outcome},
};

/// The timeout of one call.
const TIMEOUT: Duration = Duration::from_secs(2);

impl Orders {
    /// Makes the pending calls of an order. Failed calls stay in the outbox.
    pub(super) async fn process_outbox_of(&self, cx: &Context, order_id: &str) -> Result<()> {
        for entry in self.store.outbox().await?.into_iter().filter(|entry| entry.order_id == order_id) {
            self.perform(cx, &entry).await?;
        }
        Ok(())
    }

    /// Makes the pending calls of all orders.
    pub(super) async fn process_outbox(&self, cx: &Context) -> Result<()> {
        for entry in self.store.outbox().await? {
            self.perform(cx, &entry).await?;
        }
        Ok(())
    }

    /// The call is detached, because the original caller may be gone.
    async fn perform(&self, cx: &Context, entry: &OutboxEntry) -> Result<()> {
        let cx = cx.detached().with_timeout(TIMEOUT);
        let name = attempt_id(&entry.order_id, entry.attempt);
        let told = match entry.task {
            OutboxTask::ReturnStock => self.release(cx, name, Outcome::Returned).await,
            OutboxTask::ShipStock => self.release(cx, name, Outcome::Shipped).await,
            OutboxTask::CancelAssignment => self.call_off(cx, name).await,
        };
        match told {
            Err(error) if is_uncertain(&error) => {
                tracing::warn!(order = entry.order_id, task = ?entry.task, %error, "the call failed and stays in the outbox");
                Ok(())
            }
            Err(error) => {
                tracing::error!(order = entry.order_id, task = ?entry.task, %error, "the call was rejected and is dropped");
                Ok(self.store.done(entry).await?)
            }
            Ok(()) => Ok(self.store.done(entry).await?),
        }
    }

    async fn release(&self, cx: Context, reservation_id: String, outcome: Outcome) -> Result<()> {
        let request = ReleaseReservationRequest { reservation_id, outcome: Some(outcome) };
        self.inventory.release_reservation(cx, request).await?;
        Ok(())
    }

    async fn call_off(&self, cx: Context, assignment_id: String) -> Result<()> {
        self.dispatch.cancel_assignment(cx, CancelAssignmentRequest { assignment_id }).await?;
        Ok(())
    }
}
