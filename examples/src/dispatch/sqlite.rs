//! The state of dispatch in SQLite.

mod assignments;
mod confirmations;
mod couriers;
mod routes;
#[cfg(test)]
mod tests;

use futures::FutureExt;
use rust_svc::async_trait;

use super::store::{CourierUpdate, DispatchStore, DispatchStoreError, NewAssignment, Progress};
use crate::{
    database::Database,
    generated::dispatch::v1::{Assignment, Courier, Route, assignment::Status},
};

/// The state of dispatch in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteDispatchStore {
    database: Database,
}

impl SqliteDispatchStore {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/dispatch")).await?;
        Ok(Self { database })
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[async_trait]
impl DispatchStore for SqliteDispatchStore {
    async fn assign(&self, new: NewAssignment) -> Result<Assignment, DispatchStoreError> {
        self.database.write(|tx| assignments::assign(tx, new).boxed()).await
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

    async fn searching(&self) -> Result<Vec<Assignment>, DispatchStoreError> {
        self.database.read(|connection| assignments::searching(connection).boxed()).await
    }

    async fn candidates(&self, assignment_id: &str) -> Result<Vec<String>, DispatchStoreError> {
        let id = assignment_id.to_owned();
        self.database.read(|connection| async move { couriers::candidates(connection, &id).await }.boxed()).await
    }

    async fn accept(&self, assignment_id: &str, courier_id: &str) -> Result<Assignment, DispatchStoreError> {
        let (id, courier) = (assignment_id.to_owned(), courier_id.to_owned());
        self.database.write(|tx| couriers::accept(tx, id, courier).boxed()).await
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
        let (id, courier) = (assignment_id.to_owned(), courier_id.to_owned());
        self.database.write(move |tx| assignments::progress(tx, id, courier, to).boxed()).await
    }

    async fn cancel(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError> {
        let id = assignment_id.to_owned();
        self.database.write(|tx| assignments::cancel(tx, id).boxed()).await
    }

    async fn give_up(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError> {
        let id = assignment_id.to_owned();
        self.database.write(|tx| async move { assignments::move_to(tx, &id, Status::Failed).await }.boxed()).await
    }

    async fn courier(&self, courier_id: &str) -> Result<Courier, DispatchStoreError> {
        let id = courier_id.to_owned();
        self.database.read(|connection| async move { couriers::get(connection, &id).await }.boxed()).await
    }

    async fn update_courier(&self, update: CourierUpdate) -> Result<Courier, DispatchStoreError> {
        self.database.write(|tx| couriers::update(tx, update).boxed()).await
    }

    async fn available(&self, after: &str, limit: i64) -> Result<Vec<Courier>, DispatchStoreError> {
        let after = after.to_owned();
        self.database
            .read(move |connection| async move { couriers::available(connection, &after, limit).await }.boxed())
            .await
    }

    async fn confirm_route(&self, assignment_id: &str, key: &str, route: Route) -> Result<Route, DispatchStoreError> {
        let (id, key) = (assignment_id.to_owned(), key.to_owned());
        self.database.write(|tx| confirmations::confirm(tx, id, key, route).boxed()).await
    }
}
