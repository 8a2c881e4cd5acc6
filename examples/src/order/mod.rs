//! The order service: takes orders, sets stock aside for them and finds them a courier.

mod cancelling;
mod draft;
mod duties;
mod errors;
mod following;
mod page;
mod placing;
mod service;
pub mod sqlite;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;
mod updating;

pub use service::Orders;
