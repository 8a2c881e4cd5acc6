//! What callers are told when the store refuses.

use rust_svc::Error;

use super::store::Refusal;
use crate::generated::inventory::v1::{StockError, stock_error::Shortage};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Short(shortages) => short(shortages),
            Refusal::OtherContent => Self::already_exists("the idempotency key was used with other content"),
            Refusal::Ended => Self::aborted("the reservation has ended already"),
            Refusal::Database(error) => Self::internal(error),
        }
    }
}

fn short(shortages: Vec<Shortage>) -> Error {
    let each =
        shortages.iter().map(|it| format!("{} (asked for {}, free {})", it.product_id, it.requested, it.available));
    let message = format!("not enough in stock: {}", each.collect::<Vec<_>>().join(", "));
    Error::failed_precondition(message).with_detail(StockError { shortages })
}
