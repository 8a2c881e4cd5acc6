//! The inventory service: stock and its reservations.

mod errors;
mod service;
pub mod sqlite;
pub mod store;

pub use service::Inventory;
