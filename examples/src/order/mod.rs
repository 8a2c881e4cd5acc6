//! The order service: takes orders, sets stock aside for them and finds them a courier.

pub mod sqlite;
pub mod status;
pub mod store;
