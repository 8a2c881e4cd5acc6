//! The calls of a saga. Each can be repeated.

use rust_svc::{Context, Error, Result};

use super::{
    super::{service::Orders, store::StoredOrder},
    CALL_TIMEOUT,
};
use crate::{
    generated::{
        dispatch::v1::{
            AssignOrderRequest, Assignment, CancelAssignmentRequest, GetAssignmentRequest, Point, assignment,
        },
        inventory::v1::{Item, ReserveItemsRequest},
        order::v1::{Address, OrderItem},
    },
    time,
};

impl Orders {
    /// Reserves the items of an order, or holds them for longer. Returns the time at which this is to be repeated.
    pub(super) async fn call_reserve(&self, cx: &Context, order: &StoredOrder) -> Result<i64> {
        let _permit =
            self.reserving.try_acquire().map_err(|_| Error::unavailable("many orders wait for the inventory"))?;
        let item = |item: &OrderItem| Item { product_id: item.product_id.clone(), quantity: item.quantity };
        let request = ReserveItemsRequest {
            idempotency_key: order.order.order_id.clone(),
            order_id: order.order.order_id.clone(),
            items: order.order.items.iter().map(item).collect(),
        };
        let reservation = self.inventory.reserve_items(bounded(cx), request).await?.reservation;
        let now = self.clock.now();
        // In the middle of its time, so that there is time to try again.
        Ok(reservation.expire_time.map_or(i64::MAX, |expires| now.midpoint(time::to_micros(expires)).max(now + 1)))
    }

    /// Requests a courier. Returns the current assignment, which a call whose response was lost may have created long ago.
    pub(super) async fn call_assign(&self, cx: &Context, order: &StoredOrder) -> Result<Assignment> {
        let point = |address: &Address| Point { latitude: address.latitude, longitude: address.longitude };
        let request = AssignOrderRequest {
            idempotency_key: order.order.order_id.clone(),
            order_id: order.order.order_id.clone(),
            destination: order.order.delivery_address.as_ref().map(point).unwrap_or_default(),
        };
        Ok(self.dispatch.assign_order(bounded(cx), request).await?.assignment)
    }

    pub(super) async fn call_get_assignment(&self, cx: &Context, order: &StoredOrder) -> Result<Assignment> {
        let assignment_id = order.order.order_id.clone();
        let request = GetAssignmentRequest { assignment_id, order_id: String::new() };
        Ok(self.dispatch.get_assignment(bounded(cx), request).await?.assignment)
    }

    pub(super) async fn call_cancel(&self, cx: &Context, order: &StoredOrder) -> Result<Option<assignment::Status>> {
        let request = CancelAssignmentRequest { assignment_id: order.order.order_id.clone() };
        Ok(self.dispatch.cancel_assignment(bounded(cx), request).await?.assignment.status)
    }
}

fn bounded(cx: &Context) -> Context {
    cx.child().with_timeout(CALL_TIMEOUT)
}
