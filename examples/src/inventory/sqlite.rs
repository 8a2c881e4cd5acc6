//! The inventory's state in SQLite.

mod changes;
mod reservations;
mod stock;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc};

use futures::FutureExt;
use rust_svc::async_trait;
use tokio::sync::watch;

use super::store::{NewReservation, ReleaseKind, StockChanges, StockCount, StockStore, StockStoreError};
use crate::{
    database::Database,
    generated::inventory::v1::{Reservation, StockLevel},
    time::Clock,
};

/// The inventory's state in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteStockStore {
    database: Database,
    clock: Clock,
}

impl SqliteStockStore {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str, clock: Clock) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/inventory")).await?;
        Ok(Self { database, clock })
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

#[async_trait]
impl StockStore for SqliteStockStore {
    async fn level(&self, product_id: &str) -> Result<Option<StockLevel>, StockStoreError> {
        let id = product_id.to_owned();
        self.database.read(|connection| stock::level_of(connection, id).boxed()).await
    }

    async fn count(&self, count: StockCount) -> Result<bool, StockStoreError> {
        let now = self.clock.now();
        self.database.write(move |tx| stock::take_count(tx, now, count).boxed()).await
    }

    async fn reserve(&self, wanted: NewReservation) -> Result<Reservation, StockStoreError> {
        let now = self.clock.now();
        self.database.write(move |tx| reservations::reserve(tx, now, wanted).boxed()).await
    }

    async fn release(&self, reservation_id: &str, ending: ReleaseKind) -> Result<Reservation, StockStoreError> {
        let (id, clock) = (reservation_id.to_owned(), self.clock.clone());
        self.database.write(move |tx| reservations::release(tx, clock, id, ending).boxed()).await
    }

    async fn expire(&self) -> Result<u64, StockStoreError> {
        let now = self.clock.now();
        // A read first: most of the time none has expired, and a write would wake all readers.
        if !self.database.read(move |connection| reservations::is_any_expired(connection, now).boxed()).await? {
            return Ok(0);
        }
        self.database.write(move |tx| reservations::expire(tx, now).boxed()).await
    }

    async fn changes_after(
        &self,
        change: Option<i64>,
        products: Arc<BTreeSet<String>>,
    ) -> Result<StockChanges, StockStoreError> {
        self.database.read(move |connection| changes::changes_after(connection, change, products).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}
