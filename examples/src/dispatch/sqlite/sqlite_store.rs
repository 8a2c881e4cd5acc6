//! The store, whose parts are in the files beside this one.

use futures::FutureExt;
use rust_svc::async_trait;
use tokio::sync::watch;

use super::{
    super::store::{CourierMatch, CourierUpdate, DispatchStore, DispatchStoreError, NewAssignment, Progress, Silence},
    assignments, confirmations, couriers, matches, signs_of_life, silence, zones,
};
use crate::{
    database::Database,
    generated::dispatch::v1::{Assignment, Courier, Route, assignment::Status, list_zones_response::Zone},
    time::Clock,
};

/// The state of dispatch in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteDispatchStore {
    database: Database,
    clock: Clock,
}

impl SqliteDispatchStore {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str, clock: Clock) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/dispatch")).await?;
        Ok(Self { database, clock })
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

#[async_trait]
impl DispatchStore for SqliteDispatchStore {
    async fn assign(&self, new: NewAssignment) -> Result<Assignment, DispatchStoreError> {
        let now = self.clock.now();
        self.database.write(move |tx| assignments::assign(tx, now, new).boxed()).await
    }

    async fn assignment(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError> {
        let id = assignment_id.to_owned();
        self.database.read(|connection| async move { assignments::get(connection, &id).await }.boxed()).await
    }

    async fn assignment_of_order(&self, order_id: &str) -> Result<Assignment, DispatchStoreError> {
        let id = order_id.to_owned();
        self.database
            .read(|connection| async move { assignments::newest_of_order(connection, &id).await }.boxed())
            .await
    }

    async fn searching_since(&self, since: i64) -> Result<Vec<Assignment>, DispatchStoreError> {
        self.database.read(move |connection| assignments::searching_since(connection, since).boxed()).await
    }

    async fn next_match(
        &self,
        couriers: Vec<String>,
        offered: Vec<String>,
    ) -> Result<Option<CourierMatch>, DispatchStoreError> {
        self.database.read(move |connection| matches::next(connection, couriers, offered).boxed()).await
    }

    async fn accept(&self, assignment_id: &str, courier_id: &str) -> Result<Assignment, DispatchStoreError> {
        let (id, courier, now) = (assignment_id.to_owned(), courier_id.to_owned(), self.clock.now());
        self.database.write(move |tx| couriers::accept(tx, now, id, courier).boxed()).await
    }

    async fn decline(&self, assignment_id: &str, courier_id: &str) -> Result<(), DispatchStoreError> {
        let (id, courier) = (assignment_id.to_owned(), courier_id.to_owned());
        self.database.write(|tx| async move { assignments::decline(tx, &id, &courier).await }.boxed()).await
    }

    async fn progress(
        &self,
        assignment_id: &str,
        courier_id: &str,
        to: Progress,
    ) -> Result<Assignment, DispatchStoreError> {
        let (id, courier, now) = (assignment_id.to_owned(), courier_id.to_owned(), self.clock.now());
        self.database.write(move |tx| assignments::progress(tx, now, id, courier, to).boxed()).await
    }

    async fn cancel(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError> {
        let (id, clock) = (assignment_id.to_owned(), self.clock.clone());
        self.database.write(move |tx| assignments::cancel(tx, clock, id).boxed()).await
    }

    async fn give_up(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError> {
        let (id, now) = (assignment_id.to_owned(), self.clock.now());
        self.database
            .write(move |tx| async move { assignments::move_to(tx, now, &id, Status::Failed).await }.boxed())
            .await
    }

    async fn changes_after(&self, position: i64) -> Result<Vec<(Assignment, i64)>, DispatchStoreError> {
        self.database.read(move |connection| assignments::changes_after(connection, position).boxed()).await
    }

    async fn seen(&self, courier_id: &str) -> Result<(), DispatchStoreError> {
        let (id, now) = (courier_id.to_owned(), self.clock.now());
        self.database.write(move |tx| async move { signs_of_life::record(tx, now, &id).await }.boxed()).await
    }

    async fn end_silence(&self, silent_since: i64, lost_since: i64) -> Result<Silence, DispatchStoreError> {
        let now = self.clock.now();
        // A read first, because a write would wake all readers, and most of the time there is nothing to end.
        let is_any =
            self.database.read(move |connection| silence::is_any(connection, silent_since, lost_since).boxed());
        if !is_any.await? {
            return Ok(Silence::default());
        }
        self.database.write(move |tx| silence::end(tx, now, silent_since, lost_since).boxed()).await
    }

    async fn courier(&self, courier_id: &str) -> Result<Courier, DispatchStoreError> {
        let id = courier_id.to_owned();
        self.database.read(|connection| async move { couriers::get(connection, &id).await }.boxed()).await
    }

    async fn update_courier(&self, update: CourierUpdate) -> Result<(Courier, bool), DispatchStoreError> {
        let clock = self.clock.clone();
        self.database.write(|tx| couriers::update(tx, clock, update).boxed()).await
    }

    async fn available(&self, zone: &str, after: &str, limit: i64) -> Result<Vec<Courier>, DispatchStoreError> {
        let (zone, after) = (zone.to_owned(), after.to_owned());
        self.database.read(move |connection| zones::available(connection, zone, after, limit).boxed()).await
    }

    async fn zones(&self) -> Result<Vec<Zone>, DispatchStoreError> {
        self.database.read(|connection| zones::list(connection).boxed()).await
    }

    async fn confirm_route(&self, assignment_id: &str, key: &str, route: Route) -> Result<Route, DispatchStoreError> {
        let (id, key, clock) = (assignment_id.to_owned(), key.to_owned(), self.clock.clone());
        self.database.write(|tx| confirmations::confirm(tx, clock, id, key, route).boxed()).await
    }

    async fn secret(&self) -> Result<Vec<u8>, DispatchStoreError> {
        self.database.read(|connection| assignments::secret(connection).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}
