//! The order service's state in SQLite.

mod leases;
mod lists;
mod obligations;
mod order_store;
mod placing;
mod rows;
#[cfg(test)]
mod tests;
mod transitions;

pub use order_store::SqliteOrderStore;
