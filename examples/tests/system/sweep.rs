//! Orders, with a fault at each call of inventory and dispatch.

use std::sync::Arc;

use examples::{
    database::IN_MEMORY,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore},
    generated::{
        dispatch::v1::DispatchServiceFake,
        inventory::v1::{CheckStockRequest, InventoryService, InventoryServiceFake, UploadTelemetryRequest},
        order::v1::{CancelOrderRequest, ListOrdersRequest, Order, OrderService, order::Status},
    },
    inventory::{Inventory, sqlite::SqliteStockStore},
    order::{Orders, sqlite::SqliteOrderStore},
};
use rust_svc::{
    Context, Error, Streaming,
    fake::{Session, Sweep, SweepFault},
};

use crate::system::teas;

/// The order service between spies of the real inventory, with five teas, and the real dispatch.
struct SpiedSystem {
    orders: Orders,
    inventory: Arc<Inventory>,
}

impl SpiedSystem {
    async fn build(session: &Session) -> Self {
        let store = SqliteStockStore::open(IN_MEMORY).await.expect("opens");
        let inventory = Arc::new(Inventory::new(Arc::new(store)));
        let reading =
            UploadTelemetryRequest { product_id: "tea".into(), on_hand: 5, ..UploadTelemetryRequest::default() };
        inventory.upload_telemetry(Context::new(), Streaming::from_messages([reading])).await.expect("counted");
        let store = SqliteDispatchStore::open(IN_MEMORY).await.expect("opens");
        let dispatch = Arc::new(Dispatch::new(Arc::new(store), DispatchConfig::default()));
        let inventory_spy = InventoryServiceFake::spy_with_session(session, inventory.clone());
        let dispatch_spy = DispatchServiceFake::spy_with_session(session, dispatch);
        let store = Arc::new(SqliteOrderStore::open(IN_MEMORY).await.expect("opens"));
        Self { orders: Orders::new(store, Arc::new(inventory_spy), Arc::new(dispatch_spy)), inventory }
    }

    async fn list(&self) -> Vec<Order> {
        self.orders.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed").orders
    }

    /// Checks that the key has one order, and that all teas are there: in stock, or reserved for a live order.
    async fn check(&self) -> Result<(), String> {
        let orders = self.list().await;
        let is_live = |order: &&Order| !matches!(order.status, Some(Status::Failed | Status::Cancelled));
        let live = i64::try_from(orders.iter().filter(is_live).count()).expect("few");
        let request = CheckStockRequest { product_id: "tea".into() };
        let stock = self.inventory.check_stock(Context::new(), request).await.expect("there").stock;
        let found = (orders.len(), stock.available, stock.reserved, stock.shipped);
        let expected = (1, 5 - 2 * live, 2 * live, 0);
        if found == expected { Ok(()) } else { Err(format!("orders and stock are {found:?}, expected {expected:?}")) }
    }
}

fn faults() -> [SweepFault; 4] {
    [
        SweepFault::before(Error::unavailable("restarting")),
        SweepFault::after(Error::unavailable("connection lost")),
        SweepFault::after(Error::deadline_exceeded("too slow")),
        SweepFault::before(Error::internal("a defect")),
    ]
}

#[tokio::test]
async fn a_placed_order_survives_every_failure_of_its_dependencies() {
    let scenario = async |session: &Session| {
        let system = SpiedSystem::build(session).await;
        // A caller repeats a failed request, with its key.
        if system.orders.create_order(Context::new(), teas("k", 2)).await.is_err() {
            let _ = system.orders.create_order(Context::new(), teas("k", 2)).await;
        }
        system.orders.reconcile(&Context::new()).await.map_err(|error| error.to_string())?;
        system.check().await
    };
    assert!(Sweep::new().faults(faults()).run(scenario).await > 8);
}

#[tokio::test]
async fn a_cancelled_order_survives_every_failure_of_its_dependencies() {
    let scenario = async |session: &Session| {
        let system = SpiedSystem::build(session).await;
        let _ = system.orders.create_order(Context::new(), teas("k", 2)).await;
        for Order { order_id, .. } in system.list().await {
            let request = CancelOrderRequest { order_id, reason: "changed my mind".into() };
            let _ = system.orders.cancel_order(Context::new(), request).await;
        }
        for _ in 0..2 {
            system.orders.reconcile(&Context::new()).await.map_err(|error| error.to_string())?;
        }
        system.check().await
    };
    assert!(Sweep::new().faults(faults()).run(scenario).await > 12);
}
