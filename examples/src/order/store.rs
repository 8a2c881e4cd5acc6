//! Where the order service keeps its state.

use std::fmt;

use rust_svc::async_trait;
use tokio::sync::watch;

use crate::generated::order::v1::{Address, DeliveryInstructions, Order, OrderItem, order::Status};

/// The orders and what is still to be done for them, kept safe: each call happens as a whole or not at all.
#[async_trait]
pub trait OrderStore: Send + Sync + 'static {
    /// Records a new order as placed. If the key was seen with the same content: the order that it made, as it is now.
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, Refusal>;

    /// Reads an order.
    async fn order(&self, order_id: &str) -> Result<StoredOrder, Refusal>;

    /// Takes an order one step further.
    async fn advance(&self, order_id: &str, step: Step) -> Result<StoredOrder, Refusal>;

    /// Changes what the courier of an order is told, unless it was done under this key already.
    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, Refusal>;

    /// Lists orders, the newest first: of one customer or of all, and only those placed before one of them.
    async fn list(&self, filter: Filter) -> Result<Vec<StoredOrder>, Refusal>;

    /// An order as it was after each change that came after this revision, in order.
    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, Refusal>;

    /// The orders that stand so, the oldest first.
    async fn standing(&self, status: Status) -> Result<Vec<StoredOrder>, Refusal>;

    /// What is still to be done.
    async fn duties(&self) -> Result<Vec<Duty>, Refusal>;

    /// Strikes off what has been done.
    async fn done(&self, duty: &Duty) -> Result<(), Refusal>;

    /// Tells when there are changes.
    fn changed(&self) -> watch::Receiver<()>;
}

/// All that a customer says about an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Who orders.
    pub customer_id: String,
    /// What is ordered, each product once.
    pub items: Vec<OrderItem>,
    /// Where it goes.
    pub delivery_address: Address,
    /// What the courier is told.
    pub instructions: Option<DeliveryInstructions>,
}

/// An order, and what only the service knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// How it stands.
    pub status: Status,
    /// Counts its changes, from 1.
    pub revision: i64,
    /// Its place among all orders.
    pub sequence: i64,
    /// How often it was tried to place it, from 1.
    pub attempt: i64,
    /// It failed while it was placed, and may be tried again.
    pub retryable: bool,
}

/// How an order comes to stand.
#[derive(Clone, Debug)]
pub struct Step {
    /// How it stands then.
    pub to: Status,
    /// Why, for people.
    pub reason: String,
    /// It may be tried again.
    pub retryable: bool,
    /// What is to be done about it.
    pub duties: Vec<Task>,
}

impl Step {
    /// A step with no reason and no duty.
    pub fn to(to: Status) -> Self {
        Self { to, reason: String::new(), retryable: false, duties: Vec::new() }
    }

    /// The step, with a reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// The step, with what is to be done about it.
    pub fn with_duties(mut self, duties: impl IntoIterator<Item = Task>) -> Self {
        self.duties.extend(duties);
        self
    }

    /// The step, after which the order may be tried again.
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

/// What the courier is told from now on.
#[derive(Clone, Debug)]
pub struct Change {
    /// Names the change; empty if it need not be known again.
    pub key: String,
    /// The revision that it was made from.
    pub revision: i64,
    /// What the courier is told.
    pub instructions: DeliveryInstructions,
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whose; everyone's if empty.
    pub customer_id: String,
    /// Only those placed before the order of this sequence.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: i64,
}

/// What another service must still be told about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The order.
    pub order_id: String,
    /// Which attempt to place it is meant.
    pub attempt: i64,
    /// What.
    pub task: Task,
}

/// What another service is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The stock goes back on the shelf.
    ReturnStock,
    /// The stock has left the house.
    ShipStock,
    /// No courier is needed.
    CancelAssignment,
}

/// The name under which the other services know what they do for an order.
pub fn name_of_attempt(order_id: &str, attempt: i64) -> String {
    format!("{order_id}.{attempt}")
}

/// Why the store does not do what it was asked for.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such order.
    Unknown,
    /// The key was used with other content.
    OtherContent,
    /// The order stands so that it cannot be done.
    NotNow(Status),
    /// The order has changed since it was read.
    Outdated,
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
            Self::Unknown => f.write_str("there is no such order"),
            Self::OtherContent => f.write_str("the key was used with other content"),
            Self::NotNow(status) => write!(f, "the order is {}", super::status::name(*status)),
            Self::Outdated => f.write_str("the order has changed"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
