//! What other services must still be told: at once if that can be, and otherwise again and again until it is done.

use std::time::Duration;

use rust_svc::{Context, Result};

use super::{
    errors::is_uncertain,
    service::Orders,
    store::{Duty, Task, name_of_attempt},
};
use crate::generated::{
    dispatch::v1::CancelAssignmentRequest,
    inventory::v1::{ReleaseReservationRequest, release_reservation_request::Outcome},
};

/// How long it may take to tell one thing to one service.
const PATIENCE: Duration = Duration::from_secs(2);

impl Orders {
    /// Does what is to be done about an order. What fails stays to be done.
    pub(super) async fn settle(&self, cx: &Context, order_id: &str) -> Result<()> {
        for duty in self.store.duties().await?.into_iter().filter(|duty| duty.order_id == order_id) {
            self.perform(cx, &duty).await?;
        }
        Ok(())
    }

    /// Does what is to be done about all orders.
    pub(super) async fn settle_all(&self, cx: &Context) -> Result<()> {
        for duty in self.store.duties().await? {
            self.perform(cx, &duty).await?;
        }
        Ok(())
    }

    /// Whoever asked for what is undone here may be gone: it has its own time.
    async fn perform(&self, cx: &Context, duty: &Duty) -> Result<()> {
        let cx = cx.detached().with_timeout(PATIENCE);
        let name = name_of_attempt(&duty.order_id, duty.attempt);
        let told = match duty.task {
            Task::ReturnStock => self.release(cx, name, Outcome::Returned).await,
            Task::ShipStock => self.release(cx, name, Outcome::Shipped).await,
            Task::CancelAssignment => self.call_off(cx, name).await,
        };
        match told {
            Err(error) if is_uncertain(&error) => {
                tracing::warn!(order = duty.order_id, task = ?duty.task, %error, "cannot be told now, stays to be done");
                Ok(())
            }
            Err(error) => {
                tracing::error!(order = duty.order_id, task = ?duty.task, %error, "refused for good");
                Ok(self.store.done(duty).await?)
            }
            Ok(()) => Ok(self.store.done(duty).await?),
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
