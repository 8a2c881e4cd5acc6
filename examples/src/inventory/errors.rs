//! Errors of the store, as callers receive them.

use rust_svc::{Error, rpc::PreconditionFailure};

use super::store::StockStoreError;
use crate::{
    generated::inventory::v1::{StockError, stock_error::Shortage},
    validation,
};

impl From<StockStoreError> for Error {
    fn from(error: StockStoreError) -> Self {
        match error {
            StockStoreError::Short(shortages) => short(shortages),
            StockStoreError::KeyReused => Self::already_exists("the idempotency key was used with other content"),
            StockStoreError::Ended => Self::aborted("the reservation has ended already"),
            StockStoreError::Database(error) => {
                Self::unavailable("the stock cannot be stored or read: try again").with_source(error)
            }
        }
    }
}

fn short(shortages: Vec<Shortage>) -> Error {
    let each = shortages.iter().map(|it| format!("{} ({})", it.product_id, free(it)));
    let violations = shortages.iter().map(|it| validation::unmet("STOCK", &it.product_id, free(it))).collect();
    let message = format!("not enough in stock: {}", each.collect::<Vec<_>>().join(", "));
    Error::failed_precondition(message)
        .with_detail(StockError { shortages })
        .with_detail(PreconditionFailure { violations })
}

fn free(shortage: &Shortage) -> String {
    format!("asked for {}, free {}", shortage.requested, shortage.available)
}
