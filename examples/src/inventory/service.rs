//! The inventory service on its store.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use rust_svc::{Context, Error, Result, Streaming, Violations, async_trait};
use tokio::time::{self as clock, MissedTickBehavior};
use uuid::Uuid;

use super::store::{NewReservation, ReleaseKind, StockCount, StockStore};
use crate::{
    generated::inventory::v1::{
        CheckStockRequest, CheckStockResponse, InventoryService, ReleaseReservationRequest, ReleaseReservationResponse,
        ReserveItemsRequest, ReserveItemsResponse, StockLevel, UploadTelemetryRequest, UploadTelemetryResponse,
        WatchStockLevelsRequest, WatchStockLevelsResponse, release_reservation_request::Outcome,
    },
    lists::log_stream::{self, LogPage},
    time::{self, Clock},
    validation,
};

/// The maximum quantity of a product.
const MAX_ON_HAND: i64 = 1_000_000_000;
/// The maximum clock skew of a sensor, in microseconds. A reading from the future would hide later ones.
const MAX_AHEAD: i64 = 300_000_000;

/// The time for which items are reserved, unless the reservation is repeated.
const HOLD: Duration = Duration::from_mins(30);
/// The maximum number of products to watch one by one.
const MAX_WATCHED: usize = 1_000;

/// The inventory service.
#[derive(Clone)]
pub struct Inventory {
    store: Arc<dyn StockStore>,
    clock: Clock,
}

impl Inventory {
    /// Creates the service.
    pub fn new(store: Arc<dyn StockStore>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Ends reservations that were not repeated in time, at an interval, forever.
    pub async fn expire_forever(&self, interval: Duration) -> Infallible {
        let mut ticks = clock::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.store.expire().await {
                Ok(0) => (),
                Ok(count) => tracing::warn!(count, "reservations have expired"),
                Err(error) => tracing::error!(%error, "no reservation could expire"),
            }
        }
    }
}

fn never_counted(product_id: &str) -> Error {
    validation::unknown_resource("inventory.v1.StockLevel", product_id, "no such product was ever counted")
}

#[async_trait]
impl InventoryService for Inventory {
    async fn check_stock(&self, _: Context, request: CheckStockRequest) -> Result<CheckStockResponse> {
        let stock = self.store.level(&request.product_id).await?;
        let stock = stock.ok_or_else(|| never_counted(&request.product_id))?;
        Ok(CheckStockResponse { stock, cached: false, read_time: time::from_micros(self.clock.now()) })
    }

    async fn reserve_items(&self, _: Context, request: ReserveItemsRequest) -> Result<ReserveItemsResponse> {
        let reservation = self.store.reserve(wanted(request, self.clock.after(HOLD))?).await?;
        Ok(ReserveItemsResponse { reservation })
    }

    async fn release_reservation(
        &self,
        _: Context,
        request: ReleaseReservationRequest,
    ) -> Result<ReleaseReservationResponse> {
        let ending = ending(&request, self.clock.now())?;
        let mut violations = Violations::default();
        validation::check_id(&mut violations, "reservation_id", &request.reservation_id);
        validation::into_result(violations)?;
        let reservation = self.store.release(&request.reservation_id, ending).await?;
        Ok(ReleaseReservationResponse { reservation })
    }

    async fn watch_stock_levels(
        &self,
        cx: Context,
        request: WatchStockLevelsRequest,
    ) -> Result<Streaming<WatchStockLevelsResponse>> {
        check_watched(&request.product_ids)?;
        let watched: Arc<BTreeSet<_>> = Arc::new(request.product_ids.into_iter().collect());
        let store = self.store.clone();
        let levels = log_stream::follow(cx, self.store.changed(), None, move |after| {
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
            let taken = self.store.count(count(reading?, self.clock.now())?).await?;
            let counter = if taken { &mut response.accepted } else { &mut response.skipped };
            *counter += 1;
        }
        Ok(response)
    }
}

fn wanted(request: ReserveItemsRequest, expires_at: i64) -> Result<NewReservation> {
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
    Ok(NewReservation { reservation_id, order_id: request.order_id, items: request.items, expires_at })
}

fn check_watched(products: &[String]) -> Result<()> {
    let mut violations = Violations::default();
    if products.len() > MAX_WATCHED {
        violations.add("product_ids", format!("must be no more than {MAX_WATCHED}"));
    }
    for (index, product) in products.iter().enumerate().take(MAX_WATCHED) {
        validation::check_id(&mut violations, &format!("product_ids[{index}]"), product);
    }
    validation::into_result(violations)
}

/// A shipment that was reported with a clock ahead of this one happens now.
fn ending(request: &ReleaseReservationRequest, now: i64) -> Result<ReleaseKind> {
    let shipped_at = request.ship_time.map_or(now, time::to_micros).min(now);
    match request.outcome {
        None | Some(Outcome::Returned) => Ok(ReleaseKind::Returned),
        Some(Outcome::Shipped) => Ok(ReleaseKind::Shipped(shipped_at)),
        Some(Outcome::Unrecognized(_)) => Err(validation::invalid_field("outcome", "is not known here")),
    }
}

fn count(reading: UploadTelemetryRequest, now: i64) -> Result<StockCount> {
    let mut violations = Violations::default();
    validation::check_id(&mut violations, "product_id", &reading.product_id);
    if !(0..=MAX_ON_HAND).contains(&reading.on_hand) {
        violations.add("on_hand", format!("must be 0 to {MAX_ON_HAND}"));
    }
    let read_time = reading.read_time.or_else(|| time::from_micros(now)).unwrap_or_default();
    if time::to_micros(read_time) > now + MAX_AHEAD {
        violations.add("read_time", "is in the future: set the clock of the counter");
    }
    validation::into_result(violations)?;
    Ok(StockCount { product_id: reading.product_id, on_hand: reading.on_hand, read_time })
}

/// Reads the changes of these products after a position; of all products if none is named.
async fn read_log(
    store: Arc<dyn StockStore>,
    watched: Arc<BTreeSet<String>>,
    after: Option<i64>,
) -> Result<LogPage<StockLevel, Option<i64>>> {
    let changes = store.changes_after(after, watched).await?;
    Ok(LogPage { entries: changes.levels, next: Some(Some(changes.last)) })
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
        time::Clock,
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
        let store = SqliteStockStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
        let inventory = Inventory::new(Arc::new(store), Clock::default());
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
        let release = ReleaseReservationRequest { reservation_id: "r1".into(), ..ReleaseReservationRequest::default() };
        inventory.release_reservation(Context::new(), release).await.expect("released");
        for available in [3, 5] {
            assert_eq!(levels.next().await.expect("a message").expect("no error").stock.available, available);
        }
    }
}
