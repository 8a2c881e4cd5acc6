//! The inventory service: what is on the shelves, and what of it is promised to orders.

pub mod sqlite;
pub mod store;
