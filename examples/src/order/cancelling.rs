//! Cancelling an order: call its courier off, then give its stock back.

use rust_svc::{Code, Context, Error, Result, Violations};

use super::{
    service::Orders,
    status,
    store::{Step, StoredOrder, Task, name_of_attempt},
};
use crate::{
    generated::{
        dispatch::v1::CancelAssignmentRequest,
        order::v1::{CancelOrderRequest, Order, order::Status},
    },
    rules,
};

const MAX_REASON: usize = 500;

impl Orders {
    /// Cancels an order; one that is cancelled stays as it is.
    pub(super) async fn cancel(self, cx: Context, request: CancelOrderRequest) -> Result<Order> {
        let mut violations = Violations::default();
        rules::check_length(&mut violations, "reason", &request.reason, MAX_REASON);
        rules::all_kept(violations)?;
        let _alone = self.locks.lock(&request.order_id).await;
        let now = self.store.order(&request.order_id).await?;
        if now.status == Status::Cancelled {
            return Ok(now.order);
        }
        if !status::may_become(now.status, Status::Cancelled) {
            return Err(too_late(now.status));
        }
        self.call_courier_off(&cx, &now).await?;
        let cancelled = Step::to(Status::Cancelled).because(request.reason).with_duties([Task::ReturnStock]);
        let order = self.store.advance(&request.order_id, cancelled).await?.order;
        self.settle(&cx, &request.order_id).await?;
        Ok(order)
    }

    /// Only dispatch knows whether the order has left the house, so the order is not cancelled without its word.
    async fn call_courier_off(&self, cx: &Context, now: &StoredOrder) -> Result<()> {
        if !matches!(now.status, Status::Dispatching | Status::Assigned) {
            return Ok(());
        }
        let assignment_id = name_of_attempt(&now.order.order_id, now.attempt);
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
