//! Storage of orders.

use std::{fmt, time::Duration};

use rust_svc::{Code, TraceContext, async_trait};
use tokio::sync::watch;

use crate::generated::order::v1::{Address, DeliveryInstructions, Order, OrderItem, obligation::Kind, order::Status};

/// Stores orders and the obligations of the service. Each call is one transaction.
#[async_trait]
pub trait OrderStore: Send + Sync + 'static {
    /// Creates an order with status PLACED, which is due at once. If its customer used the key with the same content,
    /// returns the order of the key.
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, OrderStoreError>;

    /// Returns an order.
    async fn order(&self, order_id: &str) -> Result<StoredOrder, OrderStoreError>;

    /// Leases an order, due or not. Returns `None` if it is leased or has ended.
    async fn lease(&self, order_id: &str) -> Result<Option<Lease>, OrderStoreError>;

    /// Leases orders that are due, up to a limit.
    async fn lease_due(&self, limit: i64) -> Result<Vec<Lease>, OrderStoreError>;

    /// Applies a transition to a leased order and extends the lease.
    async fn advance(&self, lease: &Lease, transition: Transition) -> Result<StoredOrder, OrderStoreError>;

    /// Ends a lease. The order is due again after `due`, or at once if it was woken during the lease.
    async fn release(&self, lease: &Lease, due: Due) -> Result<(), OrderStoreError>;

    /// Begins to undo an order, leased or not, and makes it due.
    async fn undo(&self, order_id: &str, to: Status, reason: &str) -> Result<StoredOrder, OrderStoreError>;

    /// Makes an order due, because its assignment changed, and records the position of the change.
    async fn wake(&self, order_id: &str, position: i64) -> Result<(), OrderStoreError>;

    /// Returns the position of the last change of an assignment.
    async fn position(&self) -> Result<i64, OrderStoreError>;

    /// Changes the instructions of an order, unless the key was used before.
    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, OrderStoreError>;

    /// Lists a page of the orders of a filter, newest first, and counts all of them.
    async fn list(&self, filter: Filter) -> Result<Listed, OrderStoreError>;

    /// Lists the revisions of an order after this one, in order.
    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, OrderStoreError>;

    /// Leases obligations that are due, of an order or of all, up to a limit.
    async fn lease_obligations(&self, order_id: Option<&str>, limit: i64) -> Result<Vec<Obligation>, OrderStoreError>;

    /// Removes a fulfilled obligation.
    async fn fulfilled(&self, obligation: &Obligation) -> Result<(), OrderStoreError>;

    /// Records a failure of an obligation, which is due again after a time.
    async fn failed(&self, obligation: &Obligation, failure: Failure) -> Result<(), OrderStoreError>;

    /// Lists the oldest obligations.
    async fn obligations(&self, limit: i64) -> Result<Obligations, OrderStoreError>;

    /// Returns the secret of this store, which signs page tokens.
    async fn secret(&self) -> Result<Vec<u8>, OrderStoreError>;

    /// Notifies of changes.
    fn changed(&self) -> watch::Receiver<()>;
}

/// An order as a customer sends it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The customer.
    pub customer_id: String,
    /// The items, each product once.
    pub items: Vec<OrderItem>,
    /// The delivery address.
    pub delivery_address: Address,
    /// Instructions for the courier.
    pub instructions: Option<DeliveryInstructions>,
    /// The trace of the request, as `traceparent`. A repetition with the same key may have another.
    pub trace: Option<String>,
}

/// An order with the internal state of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// The status.
    pub status: Status,
    /// The status before this revision; `None` in the first.
    pub previous_status: Option<Status>,
    /// The status that it gets once it is undone.
    pub undo_to: Option<Status>,
    /// The revision, from 1.
    pub revision: i64,
    /// The position among all orders.
    pub sequence: i64,
    /// The number of consecutive failures of its next step.
    pub failures: i64,
    /// The time at which its reservation is to be repeated, in microseconds.
    pub renew_at: i64,
    /// The error with which it failed at once.
    pub refusal: Option<Refusal>,
    /// The trace of the request that placed it.
    pub trace: Option<TraceContext>,
}

/// The error for an order that failed at once. Each repetition of the request gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The message.
    pub message: String,
    /// The type of its detail; empty if it has none.
    pub detail_type: String,
    /// The detail in protobuf encoding.
    pub detail: Vec<u8>,
}

/// The right to advance an order, for a limited time. A later lease of the same order ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The order.
    pub order_id: String,
    /// The number of the lease.
    pub number: i64,
}

/// The time at which a released order is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its step succeeded; the next one waits for others.
    After(Duration),
    /// Its step failed and is repeated.
    Retry(Duration),
}

/// A change of an order.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The new status.
    pub to: Status,
    /// The reason, for people.
    pub reason: String,
    /// The status that it gets once it is undone.
    pub undo_to: Option<Status>,
    /// The time at which its reservation is to be repeated.
    pub renew_at: Option<i64>,
    /// The error for the customer.
    pub refusal: Option<Refusal>,
    /// A call that this transition makes necessary, and the time of the event that it reports.
    pub obligation: Option<(Kind, Option<i64>)>,
}

impl Transition {
    /// Creates a transition without reason and obligation.
    pub fn to(to: Status) -> Self {
        Self { to, reason: String::new(), undo_to: None, renew_at: None, refusal: None, obligation: None }
    }

    /// Creates the transition that begins to undo an order.
    pub fn undo_to(to: Status, reason: impl Into<String>) -> Self {
        Self { undo_to: Some(to), ..Self::to(Status::Undoing).because(reason) }
    }

    /// Sets the reason.
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// Adds an obligation.
    pub fn owing(self, kind: Kind) -> Self {
        Self { obligation: Some((kind, None)), ..self }
    }
}

/// New instructions for the courier.
#[derive(Clone, Debug)]
pub struct Change {
    /// The idempotency key, if not empty.
    pub key: String,
    /// The revision on which it is based.
    pub revision: i64,
    /// Instructions for the courier.
    pub instructions: DeliveryInstructions,
}

/// A filter of orders.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The customer; empty for all.
    pub customer_id: String,
    /// The statuses; empty for all.
    pub statuses: Vec<Status>,
    /// Only orders before this position.
    pub before: Option<i64>,
    /// The maximum number of orders.
    pub limit: i64,
    /// The number of items after which the list ends.
    pub max_items: usize,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// The orders of the page.
    pub orders: Vec<StoredOrder>,
    /// The number of orders on all pages.
    pub total: i64,
}

/// A call of another service that has to succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// The order.
    pub order_id: String,
    /// The kind of call.
    pub kind: Kind,
    /// The time of the event that it reports, in microseconds.
    pub happened_at: Option<i64>,
    /// The number of failed calls.
    pub failures: i64,
    /// The last error; empty before a call has failed.
    pub last_error: String,
    /// Whether the last call was refused.
    pub refused: bool,
    /// The time since which it is owed, in microseconds.
    pub created_at: i64,
    /// The trace of the request that placed the order.
    pub trace: Option<TraceContext>,
}

/// A failed call of an obligation.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The error.
    pub error: String,
    /// Whether the call was refused.
    pub refused: bool,
    /// The time to wait.
    pub wait: Duration,
}

/// Some obligations, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obligations {
    /// The oldest.
    pub oldest: Vec<Obligation>,
    /// The number of all.
    pub total: i64,
    /// The number of those that were refused.
    pub refused: i64,
}

/// An error of the store.
#[derive(Debug)]
pub enum OrderStoreError {
    /// The order does not exist.
    Unknown(String),
    /// The key was used with other content.
    KeyReused,
    /// The status of the order does not allow it.
    WrongStatus(Status),
    /// The revision is outdated.
    Outdated,
    /// A later lease has ended this one.
    LeaseLost,
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for OrderStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for OrderStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(order_id) => write!(f, "there is no order {order_id}"),
            Self::KeyReused => f.write_str("the key was used with other content"),
            Self::WrongStatus(status) => write!(f, "the order is {}", super::status::name(*status)),
            Self::Outdated => f.write_str("the order has changed"),
            Self::LeaseLost => f.write_str("another process pursues the order"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OrderStoreError {}
