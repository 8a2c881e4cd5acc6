//! The inventory service on its store.

use std::{collections::BTreeSet, sync::Arc};

use rust_svc::{Context, Error, Result, Streaming, Timestamp, Violations, async_trait};
use uuid::Uuid;

use super::store::{NewReservation, ReleaseKind, StockCount, StockStore};
use crate::{
    generated::inventory::v1::{
        CheckStockRequest, CheckStockResponse, InventoryService, ReleaseReservationRequest, ReleaseReservationResponse,
        ReserveItemsRequest, ReserveItemsResponse, StockLevel, UploadTelemetryRequest, UploadTelemetryResponse,
        WatchStockLevelsRequest, WatchStockLevelsResponse, release_reservation_request::Outcome,
    },
    log_stream::{self, LogPage},
    validation,
};

/// The maximum quantity of a product.
const MAX_ON_HAND: i64 = 1_000_000_000;
/// The maximum clock skew of a sensor, in seconds. A reading from the future would hide later ones.
const MAX_AHEAD: i64 = 300;

/// The inventory service.
#[derive(Clone)]
pub struct Inventory {
    store: Arc<dyn StockStore>,
}

impl Inventory {
    /// Creates the service.
    pub fn new(store: Arc<dyn StockStore>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl InventoryService for Inventory {
    async fn check_stock(&self, _: Context, request: CheckStockRequest) -> Result<CheckStockResponse> {
        let stock = self.store.level(&request.product_id).await?;
        let stock = stock.ok_or_else(|| Error::not_found("no such product was ever counted"))?;
        Ok(CheckStockResponse { stock })
    }

    async fn reserve_items(&self, _: Context, request: ReserveItemsRequest) -> Result<ReserveItemsResponse> {
        let reservation = self.store.reserve(wanted(request)?).await?;
        Ok(ReserveItemsResponse { reservation })
    }

    async fn release_reservation(
        &self,
        _: Context,
        request: ReleaseReservationRequest,
    ) -> Result<ReleaseReservationResponse> {
        let ending = ending(request.outcome)?;
        let mut violations = Violations::default();
        validation::check_id(&mut violations, "reservation_id", &request.reservation_id);
        validation::into_result(violations)?;
        let reservation = self.store.release(&request.reservation_id, ending).await?;
        Ok(ReleaseReservationResponse { reservation })
    }

    async fn watch_stock_levels(
        &self,
        _: Context,
        request: WatchStockLevelsRequest,
    ) -> Result<Streaming<WatchStockLevelsResponse>> {
        let watched: Arc<BTreeSet<_>> = Arc::new(request.product_ids.into_iter().collect());
        let store = self.store.clone();
        let levels = log_stream::follow(self.store.changed(), None, move |after| {
            read_log(store.clone(), watched.clone(), after)
        });
        Ok(levels.map(|stock| WatchStockLevelsResponse { stock }))
    }

    async fn upload_telemetry(
        &self,
        _: Context,
        mut readings: Streaming<UploadTelemetryRequest>,
    ) -> Result<UploadTelemetryResponse> {
        let mut response = UploadTelemetryResponse::default();
        while let Some(reading) = readings.next().await {
            let taken = self.store.count(count(reading?)?).await?;
            let counter = if taken { &mut response.accepted } else { &mut response.skipped };
            *counter += 1;
        }
        Ok(response)
    }
}

fn wanted(request: ReserveItemsRequest) -> Result<NewReservation> {
    let mut violations = Violations::default();
    validation::check_length(&mut violations, "idempotency_key", &request.idempotency_key, validation::MAX_ID);
    validation::check_id(&mut violations, "order_id", &request.order_id);
    validation::check_items(
        &mut violations,
        request.items.iter().map(|item| (item.product_id.as_str(), item.quantity)),
    );
    validation::into_result(violations)?;
    let key = request.idempotency_key;
    let reservation_id = if key.is_empty() { Uuid::new_v4().to_string() } else { key };
    Ok(NewReservation { reservation_id, order_id: request.order_id, items: request.items })
}

fn ending(outcome: Option<Outcome>) -> Result<ReleaseKind> {
    match outcome {
        None | Some(Outcome::Returned) => Ok(ReleaseKind::Returned),
        Some(Outcome::Shipped) => Ok(ReleaseKind::Shipped),
        Some(Outcome::Unrecognized(_)) => Err(validation::invalid_field("outcome", "is not known here")),
    }
}

fn count(reading: UploadTelemetryRequest) -> Result<StockCount> {
    let mut violations = Violations::default();
    validation::check_id(&mut violations, "product_id", &reading.product_id);
    if !(0..=MAX_ON_HAND).contains(&reading.on_hand) {
        violations.add("on_hand", format!("must be 0 to {MAX_ON_HAND}"));
    }
    let now = Timestamp::now();
    let read_time = reading.read_time.unwrap_or(now);
    if read_time.seconds() > now.seconds() + MAX_AHEAD {
        violations.add("read_time", "is in the future: set the clock of the counter");
    }
    validation::into_result(violations)?;
    Ok(StockCount { product_id: reading.product_id, on_hand: reading.on_hand, read_time })
}

/// Reads the changes of these products after a position; of all products if none is named.
async fn read_log(
    store: Arc<dyn StockStore>,
    watched: Arc<BTreeSet<String>>,
    mut after: Option<i64>,
) -> Result<LogPage<StockLevel, Option<i64>>> {
    loop {
        let changes = store.changes_after(after).await?;
        let is_last = changes.levels.is_empty();
        let is_watched = |level: &StockLevel| watched.is_empty() || watched.contains(&level.product_id);
        let entries: Vec<_> = changes.levels.into_iter().filter(is_watched).collect();
        after = Some(changes.last);
        // Changes of other products are skipped. The next page may have some of these products.
        if is_last || !entries.is_empty() {
            return Ok(LogPage { entries, next: Some(after) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;
    use rust_svc::{Code, Context, Streaming, Timestamp};

    use super::{super::sqlite::SqliteStockStore, Inventory};
    use crate::{
        database::IN_MEMORY,
        generated::inventory::v1::{
            CheckStockRequest, InventoryService, Item, ReleaseReservationRequest, ReserveItemsRequest, StockError,
            UploadTelemetryRequest, WatchStockLevelsRequest,
        },
    };

    fn reading(product: &str, on_hand: i64) -> UploadTelemetryRequest {
        let read_time = Timestamp::new(1, 0);
        UploadTelemetryRequest { product_id: product.into(), on_hand, read_time, ..UploadTelemetryRequest::default() }
    }

    fn reserve(key: &str, product: &str, quantity: i32) -> ReserveItemsRequest {
        let items = vec![Item { product_id: product.into(), quantity }];
        ReserveItemsRequest { idempotency_key: key.into(), order_id: "o1".into(), items }
    }

    async fn five_teas() -> Inventory {
        let store = SqliteStockStore::open(IN_MEMORY).await.expect("opens");
        let inventory = Inventory::new(Arc::new(store));
        let readings = Streaming::from_messages([reading("tea", 5), reading("cup", 5)]);
        inventory.upload_telemetry(Context::new(), readings).await.expect("counted");
        inventory
    }

    #[tokio::test]
    async fn a_repeated_reading_is_skipped() {
        let inventory = five_teas().await;
        let again = Streaming::from_messages([reading("tea", 5), reading("milk", 1)]);
        let response = inventory.upload_telemetry(Context::new(), again).await.expect("counted");
        assert_eq!((response.accepted, response.skipped), (1, 1));
    }

    #[tokio::test]
    async fn a_shortage_has_details() {
        let inventory = five_teas().await;
        let error = inventory.reserve_items(Context::new(), reserve("r1", "tea", 6)).await.expect_err("short");
        assert_eq!(error.code(), Code::FailedPrecondition);
        let detail: StockError = error.detail().expect("a StockError");
        assert_eq!((detail.shortages[0].requested, detail.shortages[0].available), (6, 5));
        assert!(error.message().contains("tea (asked for 6, free 5)"), "{error}");
    }

    #[tokio::test]
    async fn invalid_requests_change_nothing() {
        let inventory = five_teas().await;
        let error = inventory.reserve_items(Context::new(), reserve("r1", "tea", 0)).await.expect_err("wrong");
        assert_eq!(error.code(), Code::InvalidArgument);
        assert_eq!(error.violations()[0].field, "items[0].quantity");
        let wrong = Streaming::from_messages([reading("tea", -1)]);
        let error = inventory.upload_telemetry(Context::new(), wrong).await.expect_err("wrong");
        assert_eq!(error.violations()[0].field, "on_hand");
        let late = UploadTelemetryRequest { read_time: Timestamp::new(253_402_300_799, 0), ..reading("tea", 1) };
        let error = inventory.upload_telemetry(Context::new(), Streaming::from_messages([late])).await;
        assert_eq!(error.expect_err("from the future").violations()[0].field, "read_time");
        let unknown = CheckStockRequest { product_id: "milk".into() };
        let error = inventory.check_stock(Context::new(), unknown).await.expect_err("unknown");
        assert_eq!(error.code(), Code::NotFound);
    }

    #[tokio::test]
    async fn a_watcher_receives_each_change_of_its_products() {
        let inventory = five_teas().await;
        let request = WatchStockLevelsRequest { product_ids: vec!["tea".into()] };
        let mut levels = inventory.watch_stock_levels(Context::new(), request).await.expect("watched");
        let first = levels.next().await.expect("a message").expect("no error").stock;
        assert_eq!((first.product_id.as_str(), first.available), ("tea", 5));
        assert!(levels.next().now_or_never().is_none());

        inventory.reserve_items(Context::new(), reserve("r0", "cup", 1)).await.expect("reserved");
        inventory.reserve_items(Context::new(), reserve("r1", "tea", 2)).await.expect("reserved");
        let release = ReleaseReservationRequest { reservation_id: "r1".into(), outcome: None };
        inventory.release_reservation(Context::new(), release).await.expect("released");
        for available in [3, 5] {
            assert_eq!(levels.next().await.expect("a message").expect("no error").stock.available, available);
        }
    }
}
