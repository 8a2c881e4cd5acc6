//! The inventory service: what is on the shelves, and what of it is promised to orders.

mod errors;
mod service;
pub mod sqlite;
pub mod store;

pub use service::Inventory;
