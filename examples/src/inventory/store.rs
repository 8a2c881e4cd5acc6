//! Storage of stock.

use std::{collections::BTreeSet, fmt, sync::Arc};

use rust_svc::{Timestamp, async_trait};
use tokio::sync::watch;

use crate::generated::inventory::v1::{Item, Reservation, StockLevel, stock_error::Shortage};

/// Stores stock and reservations. Each call is one transaction.
#[async_trait]
pub trait StockStore: Send + Sync + 'static {
    /// Returns the stock of a product; `None` if it was never counted.
    async fn level(&self, product_id: &str) -> Result<Option<StockLevel>, StockStoreError>;

    /// Records a count. Returns false if it is not newer than the last one of its product.
    async fn count(&self, count: StockCount) -> Result<bool, StockStoreError>;

    /// Reserves items, all or none. If the reservation exists with the same content, holds it for longer and returns it; if
    /// it has expired, reserves its items again.
    async fn reserve(&self, wanted: NewReservation) -> Result<Reservation, StockStoreError>;

    /// Ends a reservation, or prevents the creation of an unknown one. An expired one can still be shipped.
    async fn release(&self, reservation_id: &str, ending: ReleaseKind) -> Result<Reservation, StockStoreError>;

    /// Returns the items of all reservations that were not repeated in time. Returns the number of reservations.
    async fn expire(&self) -> Result<u64, StockStoreError>;

    /// Lists the changes of products after a position; of all products if none is named. Without a position, or if they are
    /// not kept any more, lists the current stock.
    async fn changes_after(
        &self,
        change: Option<i64>,
        products: Arc<BTreeSet<String>>,
    ) -> Result<StockChanges, StockStoreError>;

    /// Notifies of changes.
    fn changed(&self) -> watch::Receiver<()>;
}

/// A count of a product.
#[derive(Clone, Debug)]
pub struct StockCount {
    /// The product.
    pub product_id: String,
    /// The quantity on hand, including reserved items.
    pub on_hand: i64,
    /// The time of the count.
    pub read_time: Timestamp,
}

/// A reservation to create.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// The identifier.
    pub reservation_id: String,
    /// The order.
    pub order_id: String,
    /// The items, each product once.
    pub items: Vec<Item>,
    /// The time at which it expires, in microseconds.
    pub expires_at: i64,
}

/// The outcome of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseKind {
    /// The items are returned to stock.
    Returned,
    /// The items were shipped at this time, in microseconds.
    Shipped(i64),
}

/// Changes of the stock.
#[derive(Debug)]
pub struct StockChanges {
    /// The stock after each change.
    pub levels: Vec<StockLevel>,
    /// The position of the last change.
    pub last: i64,
}

/// An error of the store.
#[derive(Debug)]
pub enum StockStoreError {
    /// Some products are short.
    Short(Vec<Shortage>),
    /// The reservation exists, with other content.
    KeyReused,
    /// The reservation has ended with another outcome.
    Ended,
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for StockStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for StockStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(shortages) => write!(f, "{} products are short", shortages.len()),
            Self::KeyReused => f.write_str("the reservation exists with other content"),
            Self::Ended => f.write_str("the reservation has ended"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StockStoreError {}
