//! The store of dispatch, with faults.

use examples::{
    dispatch::{
        sqlite::SqliteDispatchStore,
        store::{CourierMatch, CourierUpdate, DispatchStore, DispatchStoreError, NewAssignment, Progress, Silence},
    },
    generated::dispatch::v1::{Assignment, Courier, Route, list_zones_response::Zone},
};
use rust_svc::async_trait;
use tokio::sync::watch;

use crate::faults::{Faults, full_disk};

#[derive(Clone)]
pub(crate) struct FaultyDispatchStore {
    pub(crate) real: SqliteDispatchStore,
    pub(crate) faults: Faults,
}

type Result<T> = std::result::Result<T, DispatchStoreError>;

#[async_trait]
impl DispatchStore for FaultyDispatchStore {
    async fn assign(&self, new: NewAssignment) -> Result<Assignment> {
        let real = self.real.clone();
        self.faults.call("dispatch: assign", async move { real.assign(new).await }, full_disk).await
    }

    async fn assignment(&self, assignment_id: &str) -> Result<Assignment> {
        let (real, id) = (self.real.clone(), assignment_id.to_owned());
        self.faults.call("dispatch: assignment", async move { real.assignment(&id).await }, full_disk).await
    }

    async fn accept(&self, assignment_id: &str, courier_id: &str) -> Result<Assignment> {
        let (real, id, courier) = (self.real.clone(), assignment_id.to_owned(), courier_id.to_owned());
        self.faults.call("dispatch: accept", async move { real.accept(&id, &courier).await }, full_disk).await
    }

    async fn progress(&self, assignment_id: &str, courier_id: &str, to: Progress) -> Result<Assignment> {
        let (real, id, courier) = (self.real.clone(), assignment_id.to_owned(), courier_id.to_owned());
        self.faults.call("dispatch: progress", async move { real.progress(&id, &courier, to).await }, full_disk).await
    }

    async fn cancel(&self, assignment_id: &str) -> Result<Assignment> {
        let (real, id) = (self.real.clone(), assignment_id.to_owned());
        self.faults.call("dispatch: cancel", async move { real.cancel(&id).await }, full_disk).await
    }

    async fn give_up(&self, assignment_id: &str) -> Result<Assignment> {
        let (real, id) = (self.real.clone(), assignment_id.to_owned());
        self.faults.call("dispatch: give up", async move { real.give_up(&id).await }, full_disk).await
    }

    // The reads of the matching run beside the calls, and are only counted.
    async fn searching_since(&self, since: i64) -> Result<Vec<Assignment>> {
        self.faults.count("dispatch: searching since");
        self.real.searching_since(since).await
    }

    async fn next_match(&self, couriers: Vec<String>, offered: Vec<String>) -> Result<Option<CourierMatch>> {
        self.faults.count("dispatch: next match");
        self.real.next_match(couriers, offered).await
    }

    async fn assignment_of_order(&self, order_id: &str) -> Result<Assignment> {
        self.real.assignment_of_order(order_id).await
    }

    async fn decline(&self, assignment_id: &str, courier_id: &str) -> Result<()> {
        self.real.decline(assignment_id, courier_id).await
    }

    async fn changes_after(&self, position: i64) -> Result<Vec<(Assignment, i64)>> {
        self.real.changes_after(position).await
    }

    async fn seen(&self, courier_id: &str) -> Result<()> {
        self.real.seen(courier_id).await
    }

    async fn end_silence(&self, silent_since: i64, lost_since: i64) -> Result<Silence> {
        self.faults.count("dispatch: end silence");
        self.real.end_silence(silent_since, lost_since).await
    }

    async fn courier(&self, courier_id: &str) -> Result<Courier> {
        self.real.courier(courier_id).await
    }

    async fn update_courier(&self, update: CourierUpdate) -> Result<(Courier, bool)> {
        self.real.update_courier(update).await
    }

    async fn available(&self, zone: &str, after: &str, limit: i64) -> Result<Vec<Courier>> {
        self.real.available(zone, after, limit).await
    }

    async fn zones(&self) -> Result<Vec<Zone>> {
        self.real.zones().await
    }

    async fn confirm_route(&self, assignment_id: &str, key: &str, route: Route) -> Result<Route> {
        self.real.confirm_route(assignment_id, key, route).await
    }

    async fn secret(&self) -> Result<Vec<u8>> {
        self.real.secret().await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.real.changed()
    }
}
