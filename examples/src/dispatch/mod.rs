//! Dispatch: finds a courier for each order, and knows where it is.

pub mod sqlite;
pub mod status;
pub mod store;
