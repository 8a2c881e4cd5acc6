//! Cancelling an order.

use rust_svc::{Context, Result, Violations};

use super::{
    errors::too_late,
    placing::check_time,
    service::Orders,
    store::{OrderStoreError, StoredOrder},
};
use crate::{
    generated::order::v1::{CancelOrderRequest, Order, order::Status},
    validation,
};

const MAX_REASON: usize = 500;

impl Orders {
    /// Begins to undo an order, and waits until it is undone if dispatch responds. Does nothing if it is cancelled already.
    pub(super) async fn cancel(self, cx: Context, request: CancelOrderRequest) -> Result<Order> {
        check_time(&cx)?;
        let mut violations = Violations::default();
        validation::check_length(&mut violations, "reason", &request.reason, MAX_REASON);
        validation::into_result(violations)?;
        match self.store.undo(&request.order_id, Status::Cancelled, &request.reason).await {
            Ok(_) | Err(OrderStoreError::WrongStatus(Status::Cancelled)) => (),
            Err(OrderStoreError::WrongStatus(status)) => return Err(too_late(status)),
            Err(error) => return Err(error.into()),
        }
        let order = self.pursued(&cx, &request.order_id, |order| order.status != Status::Undoing).await?;
        check(order)
    }
}

fn check(order: StoredOrder) -> Result<Order> {
    match order.status {
        Status::Cancelled | Status::Undoing => Ok(order.order),
        status => Err(too_late(status)),
    }
}
