//! Placing an order: reserve its stock, request a courier, and undo both if either fails.

use rust_svc::{Context, Error, Result};

use super::{
    errors::is_uncertain,
    service::Orders,
    store::{Draft, OutboxTask, StoredOrder, Transition, attempt_id},
};
use crate::generated::{
    dispatch::v1::{AssignOrderRequest, Point},
    inventory::v1::{Item, ReserveItemsRequest},
    order::v1::{Address, Order, OrderItem, order::Status},
};

impl Orders {
    /// Places an order. The same key and draft return the same order, and retry it if it failed here.
    pub(super) async fn place(self, cx: Context, key: String, draft: Draft) -> Result<Order> {
        let order_id = self.store.place(&key, draft).await?.order.order_id;
        let _alone = self.locks.lock(&order_id).await;
        let now = self.store.order(&order_id).await?;
        match now.status {
            Status::Placed => self.fulfil(&cx, &now).await,
            Status::Failed if now.retryable => {
                // Undo the previous attempt first.
                self.process_outbox_of(&cx, &order_id).await?;
                let again = self.store.advance(&order_id, Transition::to(Status::Placed)).await?;
                self.fulfil(&cx, &again).await
            }
            _ => Ok(now.order),
        }
    }

    /// Fails the orders that were being placed when the service stopped.
    pub async fn recover(&self, cx: &Context) -> Result<()> {
        for status in [Status::Placed, Status::Reserved] {
            for order in self.store.with_status(status).await? {
                let stopped = Error::unavailable("the service stopped while the order was placed");
                self.give_up(cx, &order.order.order_id, &stopped).await?;
            }
        }
        Ok(())
    }

    async fn fulfil(&self, cx: &Context, placed: &StoredOrder) -> Result<Order> {
        let fulfilled = self.reserve_and_dispatch(cx, placed).await;
        if let Err(error) = &fulfilled {
            self.give_up(cx, &placed.order.order_id, error).await?;
        }
        fulfilled
    }

    async fn reserve_and_dispatch(&self, cx: &Context, placed: &StoredOrder) -> Result<Order> {
        let order_id = &placed.order.order_id;
        self.inventory.reserve_items(cx.child(), reservation(placed)).await?;
        self.store.advance(order_id, Transition::to(Status::Reserved)).await?;
        self.dispatch.assign_order(cx.child(), assignment(placed)).await?;
        Ok(self.store.advance(order_id, Transition::to(Status::Dispatching)).await?.order)
    }

    /// A failed call may have taken effect, so it is undone unless the error is certain.
    async fn give_up(&self, cx: &Context, order_id: &str, error: &Error) -> Result<()> {
        let now = self.store.order(order_id).await?;
        let mut outbox = Vec::new();
        let is_reserved = now.status == Status::Reserved;
        if is_reserved || is_uncertain(error) {
            outbox.push(OutboxTask::ReturnStock);
        }
        if is_reserved && is_uncertain(error) {
            outbox.push(OutboxTask::CancelAssignment);
        }
        let failed = Transition::to(Status::Failed).because(error.message()).retryable().with_tasks(outbox);
        self.store.advance(order_id, failed).await?;
        self.process_outbox_of(cx, order_id).await
    }
}

fn reservation(placed: &StoredOrder) -> ReserveItemsRequest {
    let item = |item: &OrderItem| Item { product_id: item.product_id.clone(), quantity: item.quantity };
    ReserveItemsRequest {
        idempotency_key: attempt_id(&placed.order.order_id, placed.attempt),
        order_id: placed.order.order_id.clone(),
        items: placed.order.items.iter().map(item).collect(),
    }
}

fn assignment(placed: &StoredOrder) -> AssignOrderRequest {
    let point = |address: &Address| Point { latitude: address.latitude, longitude: address.longitude };
    AssignOrderRequest {
        idempotency_key: attempt_id(&placed.order.order_id, placed.attempt),
        order_id: placed.order.order_id.clone(),
        destination: placed.order.delivery_address.as_ref().map(point).unwrap_or_default(),
    }
}
