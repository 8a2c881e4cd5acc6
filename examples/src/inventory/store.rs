//! Where the inventory keeps its state.

use std::fmt;

use rust_svc::{Timestamp, async_trait};
use tokio::sync::watch;

use crate::generated::inventory::v1::{Item, Reservation, StockLevel, stock_error::Shortage};

/// The stock and its reservations, kept safe: each call happens as a whole or not at all.
#[async_trait]
pub trait StockStore: Send + Sync + 'static {
    /// How much of a product there is; `None` if it was never counted.
    async fn level(&self, product_id: &str) -> Result<Option<StockLevel>, Refusal>;

    /// Takes in a count. False if it is no newer than the last one of its product, and skipped.
    async fn count(&self, count: Count) -> Result<bool, Refusal>;

    /// Sets items aside, all or none. The same reservation again changes nothing and gives the same answer.
    async fn reserve(&self, wanted: Wanted) -> Result<Reservation, Refusal>;

    /// Ends a reservation, or keeps one from being made that is not known yet.
    async fn release(&self, reservation_id: &str, ending: Ending) -> Result<Reservation, Refusal>;

    /// The changes after one, in order, and the last of them. Without one, or if they are not kept any more: every
    /// product as it stands.
    async fn changes_after(&self, change: Option<i64>) -> Result<Changes, Refusal>;

    /// Tells when there are changes.
    fn changed(&self) -> watch::Receiver<()>;
}

/// How many of a product were counted.
#[derive(Clone, Debug)]
pub struct Count {
    /// The product.
    pub product_id: String,
    /// How many are in the house, the reserved ones included.
    pub on_hand: i64,
    /// When they were counted.
    pub read_time: Timestamp,
}

/// Items to set aside.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The reservation to make.
    pub reservation_id: String,
    /// The order that it is for.
    pub order_id: String,
    /// What to set aside, each product once.
    pub items: Vec<Item>,
}

/// How a reservation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its items go back on the shelf.
    Returned,
    /// Its items have left the house.
    Shipped,
}

/// Changes of the stock.
#[derive(Debug)]
pub struct Changes {
    /// The products as each change left them.
    pub levels: Vec<StockLevel>,
    /// The last change.
    pub last: i64,
}

/// Why the store does not do what it was asked for.
#[derive(Debug)]
pub enum Refusal {
    /// Some products are short.
    Short(Vec<Shortage>),
    /// The reservation exists, with other content.
    OtherContent,
    /// The reservation has ended, and in another way than it was to end.
    Ended,
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(shortages) => write!(f, "{} products are short", shortages.len()),
            Self::OtherContent => f.write_str("the reservation exists with other content"),
            Self::Ended => f.write_str("the reservation has ended"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
