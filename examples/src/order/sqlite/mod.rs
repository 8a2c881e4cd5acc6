//! The order service's state in SQLite.

mod order_store;
mod rows;
#[cfg(test)]
mod tests;

pub use order_store::SqliteOrderStore;
