//! Where dispatch keeps its state.

use std::fmt;

use rust_svc::async_trait;

use crate::generated::dispatch::v1::{Assignment, Courier, Point, Route, assignment::Status};

/// Assignments, couriers and routes, kept safe: each call happens as a whole or not at all.
#[async_trait]
pub trait DispatchStore: Send + Sync + 'static {
    /// Records a new assignment that seeks a courier. The same one again changes nothing and gives it as it is now.
    async fn assign(&self, new: NewAssignment) -> Result<Assignment, Refusal>;

    /// Reads an assignment.
    async fn assignment(&self, assignment_id: &str) -> Result<Assignment, Refusal>;

    /// Reads the newest assignment of an order.
    async fn assignment_of_order(&self, order_id: &str) -> Result<Assignment, Refusal>;

    /// The assignments that seek a courier, the oldest first.
    async fn searching(&self) -> Result<Vec<Assignment>, Refusal>;

    /// Who may carry an assignment: on duty, with no order, and not known to refuse it.
    async fn candidates(&self, assignment_id: &str) -> Result<Vec<String>, Refusal>;

    /// Gives an assignment that seeks a courier to one that is free.
    async fn accept(&self, assignment_id: &str, courier_id: &str) -> Result<Assignment, Refusal>;

    /// Notes that a courier does not want an assignment.
    async fn decline(&self, assignment_id: &str, courier_id: &str) -> Result<(), Refusal>;

    /// Notes how far a courier has come with its assignment. The same again changes nothing.
    async fn progress(&self, assignment_id: &str, courier_id: &str, to: Progress) -> Result<Assignment, Refusal>;

    /// Calls an assignment off, or keeps one from being made that is not known yet.
    async fn cancel(&self, assignment_id: &str) -> Result<Assignment, Refusal>;

    /// Notes that no courier was found.
    async fn give_up(&self, assignment_id: &str) -> Result<Assignment, Refusal>;

    /// Reads a courier.
    async fn courier(&self, courier_id: &str) -> Result<Courier, Refusal>;

    /// Changes a courier, or signs one up. An order that it has accepted and not picked up is lost to it when it goes
    /// off duty.
    async fn update_courier(&self, update: CourierUpdate) -> Result<Courier, Refusal>;

    /// Couriers that are free to take an order, by id: those after this one.
    async fn available(&self, after: &str, limit: i64) -> Result<Vec<Courier>, Refusal>;

    /// Fixes the way of an assignment that a courier has, unless it was done under this key already.
    async fn confirm_route(&self, assignment_id: &str, key: &str, route: Route) -> Result<Route, Refusal>;
}

/// An assignment to make.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    /// The assignment.
    pub assignment_id: String,
    /// The order.
    pub order_id: String,
    /// Where it goes.
    pub destination: Point,
}

/// How far a courier has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has picked up the order.
    PickedUp,
    /// It has delivered the order.
    Delivered,
}

/// What changes about a courier; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct CourierUpdate {
    /// The courier.
    pub courier_id: String,
    /// Names the update; empty if it need not be known again.
    pub key: String,
    /// How to call it, for people.
    pub display_name: Option<String>,
    /// Whether it takes orders; one that is signed up does, unless this says no.
    pub on_duty: Option<bool>,
    /// Where it is.
    pub position: Option<Point>,
}

/// Why the store does not do what it was asked for.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such assignment.
    UnknownAssignment,
    /// There is no such courier.
    UnknownCourier,
    /// The assignment exists, with other content.
    OtherContent,
    /// The order has another live assignment.
    AlreadyAssigned,
    /// The assignment was called off.
    Cancelled,
    /// The assignment stands so that it cannot be done.
    NotNow(Status),
    /// The courier does not have the assignment.
    NotYours,
    /// The courier is off duty or has another order.
    NotFree,
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
            Self::UnknownAssignment => f.write_str("there is no such assignment"),
            Self::UnknownCourier => f.write_str("there is no such courier"),
            Self::OtherContent => f.write_str("the key was used with other content"),
            Self::AlreadyAssigned => f.write_str("the order has another live assignment"),
            Self::Cancelled => f.write_str("the assignment was called off"),
            Self::NotNow(status) => write!(f, "the assignment is {}", super::status::name(*status)),
            Self::NotYours => f.write_str("the courier does not have this assignment"),
            Self::NotFree => f.write_str("the courier is off duty or has another order"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
