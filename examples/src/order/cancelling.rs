//! Cancelling an order: cancel its assignment, then release its stock.

use rust_svc::{Code, Context, Error, Result, Violations};

use super::{
    service::Orders,
    status,
    store::{OutboxTask, StoredOrder, Transition, attempt_id},
};
use crate::{
    generated::{
        dispatch::v1::CancelAssignmentRequest,
        order::v1::{CancelOrderRequest, Order, order::Status},
    },
    validation,
};

const MAX_REASON: usize = 500;

impl Orders {
    /// Cancels an order. Does nothing if it is cancelled already.
    pub(super) async fn cancel(self, cx: Context, request: CancelOrderRequest) -> Result<Order> {
        let mut violations = Violations::default();
        validation::check_length(&mut violations, "reason", &request.reason, MAX_REASON);
        validation::into_result(violations)?;
        let _alone = self.locks.lock(&request.order_id).await;
        let now = self.store.order(&request.order_id).await?;
        if now.status == Status::Cancelled {
            return Ok(now.order);
        }
        if !status::may_become(now.status, Status::Cancelled) {
            return Err(too_late(now.status));
        }
        self.call_courier_off(&cx, &now).await?;
        let cancelled = Transition::to(Status::Cancelled).because(request.reason).with_tasks([OutboxTask::ReturnStock]);
        let order = self.store.advance(&request.order_id, cancelled).await?.order;
        self.process_outbox_of(&cx, &request.order_id).await?;
        Ok(order)
    }

    /// Only dispatch knows whether the order was picked up, so its cancellation decides.
    async fn call_courier_off(&self, cx: &Context, now: &StoredOrder) -> Result<()> {
        if !matches!(now.status, Status::Dispatching | Status::Assigned) {
            return Ok(());
        }
        let assignment_id = attempt_id(&now.order.order_id, now.attempt);
        let called_off = self.dispatch.cancel_assignment(cx.child(), CancelAssignmentRequest { assignment_id }).await;
        match called_off {
            Err(error) if error.code() == Code::FailedPrecondition => Err(too_late(Status::InTransit)),
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }
}

fn too_late(status: Status) -> Error {
    Error::failed_precondition(format!("the order is {} and cannot be cancelled", status::name(status)))
}
