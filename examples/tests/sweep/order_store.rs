//! The store of the order service, with faults.

use examples::{
    generated::order::v1::order::Status,
    order::{
        sqlite::SqliteOrderStore,
        store::{
            Change, Draft, Due, Failure, Filter, Lease, Listed, Obligation, Obligations, OrderStore, OrderStoreError,
            StoredOrder, Transition,
        },
    },
};
use rust_svc::async_trait;
use tokio::sync::watch;

use crate::faults::{Faults, full_disk};

#[derive(Clone)]
pub(crate) struct FaultyOrderStore {
    pub(crate) real: SqliteOrderStore,
    pub(crate) faults: Faults,
}

type Result<T> = std::result::Result<T, OrderStoreError>;

#[async_trait]
impl OrderStore for FaultyOrderStore {
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder> {
        let (real, key) = (self.real.clone(), key.to_owned());
        self.faults.call("orders: place", async move { real.place(&key, draft).await }, full_disk).await
    }

    async fn order(&self, order_id: &str) -> Result<StoredOrder> {
        let (real, id) = (self.real.clone(), order_id.to_owned());
        self.faults.call("orders: order", async move { real.order(&id).await }, full_disk).await
    }

    async fn lease(&self, order_id: &str) -> Result<Option<Lease>> {
        let (real, id) = (self.real.clone(), order_id.to_owned());
        self.faults.call("orders: lease", async move { real.lease(&id).await }, full_disk).await
    }

    async fn lease_due(&self, limit: i64) -> Result<Vec<Lease>> {
        let real = self.real.clone();
        self.faults.call("orders: lease due", async move { real.lease_due(limit).await }, full_disk).await
    }

    async fn advance(&self, lease: &Lease, transition: Transition) -> Result<StoredOrder> {
        let (real, lease) = (self.real.clone(), lease.clone());
        self.faults.call("orders: advance", async move { real.advance(&lease, transition).await }, full_disk).await
    }

    async fn release(&self, lease: &Lease, due: Due) -> Result<()> {
        let (real, lease) = (self.real.clone(), lease.clone());
        self.faults.call("orders: release", async move { real.release(&lease, due).await }, full_disk).await
    }

    async fn undo(&self, order_id: &str, to: Status, reason: &str) -> Result<StoredOrder> {
        let (real, id, reason) = (self.real.clone(), order_id.to_owned(), reason.to_owned());
        self.faults.call("orders: undo", async move { real.undo(&id, to, &reason).await }, full_disk).await
    }

    async fn lease_obligations(&self, order_id: Option<&str>, limit: i64) -> Result<Vec<Obligation>> {
        let (real, id) = (self.real.clone(), order_id.map(str::to_owned));
        let call = async move { real.lease_obligations(id.as_deref(), limit).await };
        self.faults.call("orders: lease obligations", call, full_disk).await
    }

    async fn fulfilled(&self, obligation: &Obligation) -> Result<()> {
        let (real, owed) = (self.real.clone(), obligation.clone());
        self.faults.call("orders: fulfilled", async move { real.fulfilled(&owed).await }, full_disk).await
    }

    async fn failed(&self, obligation: &Obligation, failure: Failure) -> Result<()> {
        self.real.failed(obligation, failure).await
    }

    async fn wake(&self, order_id: &str, position: i64) -> Result<()> {
        self.real.wake(order_id, position).await
    }

    async fn position(&self) -> Result<i64> {
        self.real.position().await
    }

    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder> {
        self.real.instruct(order_id, change).await
    }

    async fn list(&self, filter: Filter) -> Result<Listed> {
        self.real.list(filter).await
    }

    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>> {
        self.real.history(order_id, after).await
    }

    async fn obligations(&self, limit: i64) -> Result<Obligations> {
        self.real.obligations(limit).await
    }

    async fn secret(&self) -> Result<Vec<u8>> {
        self.real.secret().await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.real.changed()
    }
}
