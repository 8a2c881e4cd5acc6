//! Storage of orders.

use std::fmt;

use rust_svc::async_trait;
use tokio::sync::watch;

use crate::generated::order::v1::{Address, DeliveryInstructions, Order, OrderItem, order::Status};

/// Stores orders and the outbox. Each call is one transaction.
#[async_trait]
pub trait OrderStore: Send + Sync + 'static {
    /// Creates an order with status PLACED. If the key was used with the same content, returns its order.
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, OrderStoreError>;

    /// Returns an order.
    async fn order(&self, order_id: &str) -> Result<StoredOrder, OrderStoreError>;

    /// Applies a transition to an order.
    async fn advance(&self, order_id: &str, transition: Transition) -> Result<StoredOrder, OrderStoreError>;

    /// Changes the instructions of an order, unless the key was used before.
    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, OrderStoreError>;

    /// Lists orders by a filter, newest first.
    async fn list(&self, filter: Filter) -> Result<Vec<StoredOrder>, OrderStoreError>;

    /// Lists the revisions of an order after this one, in order.
    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, OrderStoreError>;

    /// Lists the orders with a status, oldest first.
    async fn with_status(&self, status: Status) -> Result<Vec<StoredOrder>, OrderStoreError>;

    /// Lists the outbox.
    async fn outbox(&self) -> Result<Vec<OutboxEntry>, OrderStoreError>;

    /// Removes an entry from the outbox.
    async fn done(&self, entry: &OutboxEntry) -> Result<(), OrderStoreError>;

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
}

/// An order with the internal state of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// The status.
    pub status: Status,
    /// The revision, from 1.
    pub revision: i64,
    /// The position among all orders.
    pub sequence: i64,
    /// The attempt to place it, from 1.
    pub attempt: i64,
    /// Whether a failed order may be retried.
    pub retryable: bool,
}

/// A change of status.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The new status.
    pub to: Status,
    /// The reason, for people.
    pub reason: String,
    /// Whether the order may be retried.
    pub retryable: bool,
    /// Entries for the outbox.
    pub tasks: Vec<OutboxTask>,
}

impl Transition {
    /// Creates a transition without reason and tasks.
    pub fn to(to: Status) -> Self {
        Self { to, reason: String::new(), retryable: false, tasks: Vec::new() }
    }

    /// Sets the reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Adds entries for the outbox.
    pub fn with_tasks(mut self, tasks: impl IntoIterator<Item = OutboxTask>) -> Self {
        self.tasks.extend(tasks);
        self
    }

    /// Allows a retry.
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
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
    /// Only orders before this position.
    pub before: Option<i64>,
    /// The maximum number of orders.
    pub limit: i64,
}

/// A pending call of another service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The order.
    pub order_id: String,
    /// The attempt.
    pub attempt: i64,
    /// The task.
    pub task: OutboxTask,
}

/// A call of another service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxTask {
    /// Release the stock as returned.
    ReturnStock,
    /// Release the stock as shipped.
    ShipStock,
    /// Cancel the assignment.
    CancelAssignment,
}

/// The idempotency key of an attempt, for other services.
pub fn attempt_id(order_id: &str, attempt: i64) -> String {
    format!("{order_id}.{attempt}")
}

/// An error of the store.
#[derive(Debug)]
pub enum OrderStoreError {
    /// The order does not exist.
    Unknown,
    /// The key was used with other content.
    KeyReused,
    /// The status of the order does not allow it.
    WrongStatus(Status),
    /// The revision is outdated.
    Outdated,
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
            Self::Unknown => f.write_str("there is no such order"),
            Self::KeyReused => f.write_str("the key was used with other content"),
            Self::WrongStatus(status) => write!(f, "the order is {}", super::status::name(*status)),
            Self::Outdated => f.write_str("the order has changed"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OrderStoreError {}
