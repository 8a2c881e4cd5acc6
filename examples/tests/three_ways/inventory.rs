//! The services of `inventory.v1`.

use std::sync::Arc;

use examples::{
    database::IN_MEMORY,
    generated::inventory::v1::{
        CheckStockRequest, CheckStockResponse, InventoryService, InventoryServiceClient, InventoryServiceFake, Item,
        ReleaseReservationRequest, ReleaseReservationResponse, Reservation, ReserveItemsRequest, ReserveItemsResponse,
        StockLevel, UploadTelemetryRequest, UploadTelemetryResponse, WatchStockLevelsRequest, WatchStockLevelsResponse,
        inventory_service_adapter, release_reservation_request::Outcome, reservation::State,
    },
    inventory::{Inventory, sqlite::SqliteStockStore},
    time::Clock,
};
use rust_svc::{Client, Code, Context, Error, Result, Streaming};

#[tokio::test]
async fn inventory_service() {
    sells(&implementation().await).await;
    let client = Client::in_memory(inventory_service_adapter(Arc::new(implementation().await))).expect("served");
    sells(&InventoryServiceClient::new(client)).await;
    sells(&fake()).await;
}

/// Counts, reserves and ships.
async fn sells(service: &dyn InventoryService) {
    let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: 10, ..Default::default() };
    let readings = Streaming::from_messages([reading]);
    let uploaded = service.upload_telemetry(Context::new(), readings).await.expect("counted");
    assert_eq!((uploaded.accepted, uploaded.skipped), (1, 0));
    assert_eq!(level(service, "tea").await.expect("counted"), (10, 0, 0));

    let items = vec![Item { product_id: "tea".into(), quantity: 2 }];
    let request = ReserveItemsRequest { idempotency_key: "k".into(), order_id: "o1".into(), items };
    let reservation = service.reserve_items(Context::new(), request).await.expect("reserved").reservation;
    assert_eq!((reservation.order_id.as_str(), reservation.state), ("o1", Some(State::Held)));

    let request = WatchStockLevelsRequest { product_ids: vec!["tea".into()] };
    let mut levels = service.watch_stock_levels(Context::new(), request).await.expect("watched");
    let first = levels.next().await.expect("a level").expect("no error").stock;
    assert_eq!((first.product_id.as_str(), first.available, first.reserved), ("tea", 8, 2));
    drop(levels);

    let reservation_id = reservation.reservation_id;
    let request = ReleaseReservationRequest { reservation_id, outcome: Some(Outcome::Shipped), ship_time: None };
    let released = service.release_reservation(Context::new(), request).await.expect("released");
    assert_eq!(released.reservation.state, Some(State::Shipped));
    assert_eq!(level(service, "tea").await.expect("counted"), (8, 0, 2));
    assert_eq!(level(service, "none").await.expect_err("unknown").code(), Code::NotFound);
}

async fn level(service: &dyn InventoryService, product_id: &str) -> Result<(i64, i64, i64)> {
    let request = CheckStockRequest { product_id: product_id.into() };
    let stock = service.check_stock(Context::new(), request).await?.stock;
    Ok((stock.available, stock.reserved, stock.shipped))
}

async fn implementation() -> Inventory {
    let clock = Clock::default();
    let store = SqliteStockStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    Inventory::new(Arc::new(store), clock)
}

fn fake() -> InventoryServiceFake {
    let fake = InventoryServiceFake::new();
    let stock = |available, reserved, shipped| StockLevel {
        product_id: "tea".into(),
        available,
        reserved,
        shipped,
        ..StockLevel::default()
    };
    let reservation = |state| Reservation {
        reservation_id: "r1".into(),
        order_id: "o1".into(),
        state: Some(state),
        ..Reservation::default()
    };
    fake.upload_telemetry.at_least(1).returns(UploadTelemetryResponse { accepted: 1, skipped: 0 });
    fake.check_stock.when(|it| it.product_id == "none").fails(Error::not_found("none"));
    fake.check_stock.returns(CheckStockResponse { stock: stock(10, 0, 0), ..CheckStockResponse::default() });
    fake.check_stock.returns(CheckStockResponse { stock: stock(8, 0, 2), ..CheckStockResponse::default() });
    fake.reserve_items.returns(ReserveItemsResponse { reservation: reservation(State::Held) });
    fake.watch_stock_levels.send(WatchStockLevelsResponse { stock: stock(8, 2, 0) }).stall();
    let shipped = ReleaseReservationResponse { reservation: reservation(State::Shipped) };
    fake.release_reservation.when_field("reservation_id", |it| &it.reservation_id, "r1".to_owned()).returns(shipped);
    fake
}
