//! The store of the inventory, with faults.

use std::{collections::BTreeSet, sync::Arc};

use examples::{
    generated::inventory::v1::{Reservation, StockLevel},
    inventory::{
        sqlite::SqliteStockStore,
        store::{NewReservation, ReleaseKind, StockChanges, StockCount, StockStore, StockStoreError},
    },
};
use rust_svc::async_trait;
use tokio::sync::watch;

use crate::faults::{Faults, full_disk};

#[derive(Clone)]
pub(crate) struct FaultyStockStore {
    pub(crate) real: SqliteStockStore,
    pub(crate) faults: Faults,
}

type Result<T> = std::result::Result<T, StockStoreError>;

#[async_trait]
impl StockStore for FaultyStockStore {
    async fn reserve(&self, wanted: NewReservation) -> Result<Reservation> {
        let real = self.real.clone();
        self.faults.call("stock: reserve", async move { real.reserve(wanted).await }, full_disk).await
    }

    async fn release(&self, reservation_id: &str, ending: ReleaseKind) -> Result<Reservation> {
        let (real, id) = (self.real.clone(), reservation_id.to_owned());
        self.faults.call("stock: release", async move { real.release(&id, ending).await }, full_disk).await
    }

    async fn expire(&self) -> Result<u64> {
        let real = self.real.clone();
        self.faults.call("stock: expire", async move { real.expire().await }, full_disk).await
    }

    async fn level(&self, product_id: &str) -> Result<Option<StockLevel>> {
        self.real.level(product_id).await
    }

    async fn count(&self, count: StockCount) -> Result<bool> {
        self.real.count(count).await
    }

    async fn changes_after(&self, change: Option<i64>, products: Arc<BTreeSet<String>>) -> Result<StockChanges> {
        self.real.changes_after(change, products).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.real.changed()
    }
}
