//! The store, each of whose calls is one transaction.

use futures::FutureExt;
use rust_svc::async_trait;
use tokio::sync::watch;

use super::{
    super::store::{
        Change, Draft, Due, Failure, Filter, Lease, Listed, Obligation, Obligations, OrderStore, OrderStoreError,
        StoredOrder, Transition,
    },
    leases, lists, obligations, placing,
    rows::{self, load, newest},
    transitions,
};
use crate::{database::Database, generated::order::v1::order::Status, time::Clock};

/// The order service's state in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteOrderStore {
    database: Database,
    clock: Clock,
}

impl SqliteOrderStore {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str, clock: Clock) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/order")).await?;
        Ok(Self { database, clock })
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

#[async_trait]
impl OrderStore for SqliteOrderStore {
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, OrderStoreError> {
        let (key, clock) = ((!key.is_empty()).then(|| key.to_owned()), self.clock.clone());
        self.database.write(move |tx| placing::place(tx, clock, key, draft).boxed()).await
    }

    async fn order(&self, order_id: &str) -> Result<StoredOrder, OrderStoreError> {
        let order_id = order_id.to_owned();
        self.database.read(|connection| async move { newest(connection, &order_id).await }.boxed()).await
    }

    async fn lease(&self, order_id: &str) -> Result<Option<Lease>, OrderStoreError> {
        let (order_id, clock) = (order_id.to_owned(), self.clock.clone());
        self.database.write(move |tx| leases::lease(tx, clock, order_id).boxed()).await
    }

    async fn lease_due(&self, limit: i64) -> Result<Vec<Lease>, OrderStoreError> {
        let now = self.clock.now();
        // A read first: most of the time nothing is due, and a write would wake all readers.
        if !self.database.read(move |connection| leases::is_any_due(connection, now).boxed()).await? {
            return Ok(Vec::new());
        }
        let clock = self.clock.clone();
        self.database.write(move |tx| leases::lease_due(tx, clock, limit).boxed()).await
    }

    async fn advance(&self, lease: &Lease, transition: Transition) -> Result<StoredOrder, OrderStoreError> {
        let (lease, clock) = (lease.clone(), self.clock.clone());
        self.database.write(move |tx| transitions::advance(tx, clock, lease, transition).boxed()).await
    }

    async fn release(&self, lease: &Lease, due: Due) -> Result<(), OrderStoreError> {
        let (lease, clock) = (lease.clone(), self.clock.clone());
        self.database.write(move |tx| leases::release(tx, clock, lease, due).boxed()).await
    }

    async fn undo(&self, order_id: &str, to: Status, reason: &str) -> Result<StoredOrder, OrderStoreError> {
        let (order_id, clock) = (order_id.to_owned(), self.clock.clone());
        let transition = Transition::undo_to(to, reason);
        self.database.write(move |tx| transitions::undo(tx, clock, order_id, transition).boxed()).await
    }

    async fn wake(&self, order_id: &str, position: i64) -> Result<(), OrderStoreError> {
        let (order_id, now) = (order_id.to_owned(), self.clock.now());
        self.database.write(move |tx| leases::wake(tx, now, order_id, position).boxed()).await
    }

    async fn position(&self) -> Result<i64, OrderStoreError> {
        self.database.read(|connection| rows::position(connection).boxed()).await
    }

    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, OrderStoreError> {
        let (order_id, clock) = (order_id.to_owned(), self.clock.clone());
        self.database.write(move |tx| transitions::instruct(tx, clock, order_id, change).boxed()).await
    }

    async fn list(&self, filter: Filter) -> Result<Listed, OrderStoreError> {
        self.database.read(move |connection| lists::list(connection, filter).boxed()).await
    }

    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, OrderStoreError> {
        let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision > ? ORDER BY revision");
        let query = query.bind(order_id.to_owned()).bind(after);
        self.database.read(|connection| load(connection, query, usize::MAX).boxed()).await
    }

    async fn lease_obligations(&self, order_id: Option<&str>, limit: i64) -> Result<Vec<Obligation>, OrderStoreError> {
        let (order_id, clock) = (order_id.map(str::to_owned), self.clock.clone());
        let now = clock.now();
        if !self.database.read(move |connection| obligations::is_any_due(connection, now).boxed()).await? {
            return Ok(Vec::new());
        }
        self.database.write(move |tx| obligations::lease(tx, clock, order_id, limit).boxed()).await
    }

    async fn fulfilled(&self, obligation: &Obligation) -> Result<(), OrderStoreError> {
        let obligation = obligation.clone();
        self.database.write(move |tx| obligations::fulfilled(tx, obligation).boxed()).await
    }

    async fn failed(&self, obligation: &Obligation, failure: Failure) -> Result<(), OrderStoreError> {
        let (obligation, clock) = (obligation.clone(), self.clock.clone());
        self.database.write(move |tx| obligations::failed(tx, clock, obligation, failure).boxed()).await
    }

    async fn obligations(&self, limit: i64) -> Result<Obligations, OrderStoreError> {
        self.database.read(move |connection| obligations::list(connection, limit).boxed()).await
    }

    async fn secret(&self) -> Result<Vec<u8>, OrderStoreError> {
        self.database.read(|connection| rows::secret(connection).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}
