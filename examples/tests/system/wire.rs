//! One test body for an implementation, and for a client of it over a real connection.

use std::sync::Arc;

use examples::{
    database::IN_MEMORY,
    generated::inventory::v1::{
        InventoryService, InventoryServiceClient, Item, ReleaseReservationRequest, Reservation, ReserveItemsRequest,
        StockError, UploadTelemetryRequest, WatchStockLevelsRequest, reservation::State,
    },
    inventory::{Inventory, sqlite::SqliteStockStore},
    time::Clock,
};
use rust_svc::{Code, Context, Streaming};

use crate::system;

async fn check(inventory: Arc<dyn InventoryService>) {
    let cx = Context::new;
    let watched = WatchStockLevelsRequest { product_ids: vec!["tea".into()] };
    let mut levels = inventory.watch_stock_levels(cx(), watched).await.expect("watched");
    let mut level = async || levels.next().await.expect("no end").expect("no error").stock.available;
    assert_eq!(level().await, 5);

    let tea = |quantity| vec![Item { product_id: "tea".into(), quantity }];
    let reserve = |key: &str, quantity| ReserveItemsRequest {
        idempotency_key: key.into(),
        order_id: "o1".into(),
        items: tea(quantity),
    };
    let made = inventory.reserve_items(cx(), reserve("r1", 2)).await.expect("reserved").reservation;
    assert_eq!((made.reservation_id.as_str(), made.state), ("r1", Some(State::Held)));
    assert_eq!(level().await, 3);
    let again = inventory.reserve_items(cx(), reserve("r1", 2)).await.expect("the same").reservation;
    assert!(again.expire_time >= made.expire_time, "it is held for longer");
    assert_eq!(Reservation { expire_time: made.expire_time, ..again }, made);

    let error = inventory.reserve_items(cx(), reserve("r2", 4)).await.expect_err("short");
    assert_eq!(error.detail::<StockError>().expect("a detail").shortages[0].available, 3);
    let error = inventory.reserve_items(cx(), reserve("r3", -1)).await.expect_err("wrong");
    assert_eq!((error.code(), error.violations()[0].field.as_str()), (Code::InvalidArgument, "items[0].quantity"));

    let release = ReleaseReservationRequest { reservation_id: "r1".into(), ..ReleaseReservationRequest::default() };
    inventory.release_reservation(cx(), release).await.expect("released");
    assert_eq!(level().await, 5);
}

#[tokio::test]
async fn the_implementation_keeps_the_contract() {
    let store = SqliteStockStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
    let inventory = Inventory::new(Arc::new(store), Clock::default());
    let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: 5, ..UploadTelemetryRequest::default() };
    inventory.upload_telemetry(Context::new(), Streaming::from_messages([reading])).await.expect("counted");
    check(Arc::new(inventory)).await;
}

#[tokio::test]
async fn a_client_of_the_implementation_keeps_the_contract() {
    let serving = system::inventory().await;
    check(Arc::new(InventoryServiceClient(serving.client()))).await;
}
