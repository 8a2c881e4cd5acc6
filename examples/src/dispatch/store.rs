//! Storage of dispatch.

use std::fmt;

use rust_svc::async_trait;
use tokio::sync::watch;

use crate::generated::dispatch::v1::{
    Assignment, Courier, Point, Route, assignment::Status, courier::TransportMode, list_zones_response::Zone,
};

/// Stores assignments, couriers and routes. Each call is one transaction.
#[async_trait]
pub trait DispatchStore: Send + Sync + 'static {
    /// Creates an assignment without a courier. If it exists with the same content, returns it.
    async fn assign(&self, new: NewAssignment) -> Result<Assignment, DispatchStoreError>;

    /// Returns an assignment.
    async fn assignment(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError>;

    /// Returns the newest assignment of an order.
    async fn assignment_of_order(&self, order_id: &str) -> Result<Assignment, DispatchStoreError>;

    /// Lists the assignments that have been without a courier since before a time, oldest first.
    async fn searching_since(&self, since: i64) -> Result<Vec<Assignment>, DispatchStoreError>;

    /// Returns the oldest assignment without a courier that one of these couriers may take, unless it is among the offered.
    async fn next_match(
        &self,
        couriers: Vec<String>,
        offered: Vec<String>,
    ) -> Result<Option<CourierMatch>, DispatchStoreError>;

    /// Gives an assignment to an available courier.
    async fn accept(&self, assignment_id: &str, courier_id: &str) -> Result<Assignment, DispatchStoreError>;

    /// Records that a courier declined an assignment.
    async fn decline(&self, assignment_id: &str, courier_id: &str) -> Result<(), DispatchStoreError>;

    /// Records the progress of an assignment. Repeating it changes nothing.
    async fn progress(
        &self,
        assignment_id: &str,
        courier_id: &str,
        to: Progress,
    ) -> Result<Assignment, DispatchStoreError>;

    /// Cancels an assignment, or prevents the creation of an unknown one.
    async fn cancel(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError>;

    /// Fails an assignment for which no courier was found.
    async fn give_up(&self, assignment_id: &str) -> Result<Assignment, DispatchStoreError>;

    /// Lists assignments that have changed after a position, in order, with the position of their last change.
    async fn changes_after(&self, position: i64) -> Result<Vec<(Assignment, i64)>, DispatchStoreError>;

    /// Records a sign of life of a courier.
    async fn seen(&self, courier_id: &str) -> Result<(), DispatchStoreError>;

    /// Takes assignments from couriers that have been silent since a time, or escalates them if they were picked up. Those
    /// that were escalated before the other time are lost.
    async fn end_silence(&self, silent_since: i64, lost_since: i64) -> Result<Silence, DispatchStoreError>;

    /// Returns a courier.
    async fn courier(&self, courier_id: &str) -> Result<Courier, DispatchStoreError>;

    /// Updates a courier, or registers a new one. A courier that goes off duty loses an assignment that it has not picked
    /// up. Returns whether the update took effect, because its key was not used before.
    async fn update_courier(&self, update: CourierUpdate) -> Result<(Courier, bool), DispatchStoreError>;

    /// Lists available couriers of a zone, or of all if it is empty, after this one, by identifier.
    async fn available(&self, zone: &str, after: &str, limit: i64) -> Result<Vec<Courier>, DispatchStoreError>;

    /// Lists the zones of couriers, by name.
    async fn zones(&self) -> Result<Vec<Zone>, DispatchStoreError>;

    /// Stores the route of an accepted assignment, unless the key was used before.
    async fn confirm_route(&self, assignment_id: &str, key: &str, route: Route) -> Result<Route, DispatchStoreError>;

    /// Returns the secret of this store, which signs page tokens.
    async fn secret(&self) -> Result<Vec<u8>, DispatchStoreError>;

    /// Notifies of changes.
    fn changed(&self) -> watch::Receiver<()>;
}

/// An assignment, and the couriers that may take it: they are on duty, carry nothing and have not declined it.
#[derive(Clone, Debug, PartialEq)]
pub struct CourierMatch {
    /// The assignment.
    pub assignment: Assignment,
    /// The couriers.
    pub couriers: Vec<String>,
}

/// The assignments of couriers that were silent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silence {
    /// Those that are taken from their couriers.
    pub freed: Vec<String>,
    /// Those that are escalated.
    pub escalated: Vec<String>,
    /// Those that are lost.
    pub lost: Vec<String>,
}

/// An assignment to create.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    /// The assignment.
    pub assignment_id: String,
    /// The order.
    pub order_id: String,
    /// The destination.
    pub destination: Point,
}

/// The progress of a courier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has picked up the order.
    PickedUp,
    /// It has delivered the order.
    Delivered,
}

/// A partial update of a courier.
#[derive(Clone, Debug, Default)]
pub struct CourierUpdate {
    /// The courier.
    pub courier_id: String,
    /// The idempotency key, if not empty.
    pub key: String,
    /// The display name.
    pub display_name: Option<String>,
    /// Whether it is on duty. Default for a new courier: yes.
    pub on_duty: Option<bool>,
    /// The position.
    pub position: Option<Point>,
    /// How it travels.
    pub transport_mode: Option<TransportMode>,
    /// The zone.
    pub zone: Option<String>,
}

/// An error of the store.
#[derive(Debug)]
pub enum DispatchStoreError {
    /// The assignment does not exist.
    UnknownAssignment(String),
    /// The courier does not exist.
    UnknownCourier(String),
    /// The assignment exists, with other content.
    KeyReused,
    /// The order has another active assignment.
    AlreadyAssigned,
    /// The assignment was cancelled.
    Cancelled,
    /// The status of the assignment does not allow it.
    WrongStatus(Status),
    /// The courier does not have the assignment.
    NotYours,
    /// The courier is off duty or has another order.
    NotFree,
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for DispatchStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for DispatchStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAssignment(id) => write!(f, "there is no assignment {id}"),
            Self::UnknownCourier(id) => write!(f, "there is no courier {id}"),
            Self::KeyReused => f.write_str("the key was used with other content"),
            Self::AlreadyAssigned => f.write_str("the order has another live assignment"),
            Self::Cancelled => f.write_str("the assignment was called off"),
            Self::WrongStatus(status) => write!(f, "the assignment is {}", super::status::name(*status)),
            Self::NotYours => f.write_str("the courier does not have this assignment"),
            Self::NotFree => f.write_str("the courier is off duty or has another order"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DispatchStoreError {}
