//! An order service with fakes of inventory and dispatch.

use std::{sync::Arc, time::Duration};

use rust_svc::{Context, Result};

use super::super::{
    Orders,
    saga::FOLLOW_EVERY,
    sqlite::SqliteOrderStore,
    store::{Draft, Obligations, OrderStore},
};
use crate::{
    database::IN_MEMORY,
    generated::{
        dispatch::v1::{
            AssignOrderResponse, Assignment, CancelAssignmentResponse, DispatchServiceFake, GetAssignmentResponse,
            assignment,
        },
        inventory::v1::{
            InventoryServiceFake, ReleaseReservationRequest, ReleaseReservationResponse, ReserveItemsResponse,
            release_reservation_request::Outcome,
        },
        order::v1::{
            Address, CancelOrderRequest, CreateOrderRequest, GetOrderRequest, ListOrdersRequest, Order, OrderItem,
            OrderService,
        },
    },
    time::Clock,
};

/// An order service whose dependencies succeed.
pub(super) struct TestShop {
    pub(super) orders: Orders,
    pub(super) store: Arc<SqliteOrderStore>,
    pub(super) inventory: InventoryServiceFake,
    pub(super) dispatch: DispatchServiceFake,
    pub(super) clock: Clock,
}

impl TestShop {
    pub(super) async fn open() -> Self {
        let shop = Self::without_scripts().await;
        shop.inventory.reserve_items.always(ReserveItemsResponse::default());
        shop.inventory.release_reservation.always(ReleaseReservationResponse::default());
        shop.dispatch.assign_order.always(AssignOrderResponse::default());
        shop.dispatch.cancel_assignment.always(cancelled());
        shop
    }

    /// The fakes have no scripts.
    pub(super) async fn without_scripts() -> Self {
        let clock = Clock::manual();
        let store = Arc::new(SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens"));
        let (inventory, dispatch) = (InventoryServiceFake::new(), DispatchServiceFake::new());
        let (stock, couriers) = (Arc::new(inventory.clone()), Arc::new(dispatch.clone()));
        let orders = Orders::new(store.clone(), stock, couriers, clock.clone());
        Self { orders, store, inventory, dispatch, clock }
    }

    pub(super) async fn create(&self, key: &str) -> Result<Order> {
        Ok(self.orders.create_order(Context::new(), request(key)).await?.order)
    }

    pub(super) async fn get(&self, order_id: &str) -> Order {
        let request = GetOrderRequest { order_id: order_id.into() };
        self.orders.get_order(Context::new(), request).await.expect("there").order
    }

    /// The newest order.
    pub(super) async fn last(&self) -> Order {
        let listed = self.orders.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed");
        listed.orders.into_iter().next().expect("an order")
    }

    pub(super) async fn cancel(&self, order_id: &str) -> Result<Order> {
        let request = CancelOrderRequest { order_id: order_id.into(), reason: "changed my mind".into() };
        Ok(self.orders.cancel_order(Context::new(), request).await?.order)
    }

    /// Pursues the orders that are due after a time.
    pub(super) async fn tend_after(&self, time: Duration) {
        self.clock.advance(time);
        self.orders.tend(&Context::new()).await.expect("pursued");
    }

    /// Follows an assignment of this status.
    pub(super) async fn follow(&self, status: assignment::Status) {
        self.dispatch.get_assignment.reset();
        self.dispatch.get_assignment.always(GetAssignmentResponse { assignment: with(status) });
        self.tend_after(FOLLOW_EVERY).await;
    }

    pub(super) fn releases(&self) -> Vec<(String, Option<Outcome>)> {
        let requests = self.inventory.release_reservation.requests();
        requests.into_iter().map(|it: ReleaseReservationRequest| (it.reservation_id, it.outcome)).collect()
    }

    pub(super) async fn obligations(&self) -> Obligations {
        self.store.obligations(9).await.expect("read")
    }
}

pub(super) fn with(status: assignment::Status) -> Assignment {
    Assignment { status: Some(status), ..Assignment::default() }
}

pub(super) fn cancelled() -> CancelAssignmentResponse {
    CancelAssignmentResponse { assignment: with(assignment::Status::Cancelled) }
}

pub(super) fn request(key: &str) -> CreateOrderRequest {
    CreateOrderRequest {
        idempotency_key: key.into(),
        customer_id: "ann".into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity: 2, ..OrderItem::default() }],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, longitude: 5.32, ..Address::default() },
        instructions: None,
    }
}

pub(super) fn draft(customer: &str) -> Draft {
    let CreateOrderRequest { items, delivery_address, instructions, .. } = request("");
    Draft { customer_id: customer.into(), items, delivery_address, instructions, trace: None }
}
