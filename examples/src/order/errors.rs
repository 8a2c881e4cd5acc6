//! Errors of the store and of other services, as callers receive them.

use rust_svc::{Any, Code, Error};

use super::{
    status,
    store::{OrderStoreError, Refusal},
};
use crate::{
    generated::{inventory::v1::StockError, order::v1::order::Status},
    validation,
};

/// The type of orders.
const ORDER: &str = "order.v1.Order";

impl From<OrderStoreError> for Error {
    fn from(error: OrderStoreError) -> Self {
        match error {
            OrderStoreError::Unknown(order_id) => unknown_order(&order_id),
            OrderStoreError::KeyReused => Self::already_exists("the idempotency key was used with other content"),
            OrderStoreError::WrongStatus(status) => {
                validation::wrong_status(ORDER, format!("the order is {}", status::name(status)))
            }
            OrderStoreError::Outdated => Self::aborted("the order has changed since it was read: read it again"),
            OrderStoreError::LeaseLost => Self::aborted(error.to_string()),
            OrderStoreError::Database(error) => {
                Self::unavailable("the orders cannot be stored or read: try again").with_source(error)
            }
        }
    }
}

/// The error for an unknown order.
pub(crate) fn unknown_order(order_id: &str) -> Error {
    validation::unknown_resource(ORDER, order_id, "there is no such order")
}

/// The error for an order that is past the status in which it can be cancelled.
pub(super) fn too_late(status: Status) -> Error {
    validation::wrong_status(ORDER, format!("the order is {} and cannot be cancelled", status::name(status)))
}

/// Whether an error is a verdict on a request: the call had no effect, and repeating it would fail again.
///
/// Errors of access and of versions are no verdicts, because an operator will correct their cause.
pub(super) fn is_verdict(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
    )
}

/// Keeps a refusal of the inventory for repetitions of the request. Only a shortage is the customer's business.
pub(super) fn refusal(error: &Error) -> Refusal {
    let detail = error
        .details()
        .iter()
        .find(|it| it.type_url.ends_with("/inventory.v1.StockError"))
        .cloned()
        .unwrap_or_default();
    Refusal { code: error.code(), message: reason(error), detail_type: detail.type_url, detail: detail.value }
}

/// Returns the reason of a refusal by the inventory in words for the customer, who reads no message of another service.
pub(super) fn reason(error: &Error) -> String {
    let Some(StockError { shortages }) = shortage(error) else { return "the items cannot be reserved".to_owned() };
    let each = shortages.iter().map(|it| format!("{} of {}", it.available, it.product_id));
    format!("not enough in stock: {}", each.collect::<Vec<_>>().join(", "))
}

fn shortage(error: &Error) -> Option<StockError> {
    error.detail()
}

/// Returns the error that was kept.
pub(super) fn refused(refusal: Refusal) -> Error {
    let error = Error::new(refusal.code, refusal.message);
    if refusal.detail_type.is_empty() {
        return error;
    }
    error.with_any(Any { type_url: refusal.detail_type, value: refusal.detail })
}
