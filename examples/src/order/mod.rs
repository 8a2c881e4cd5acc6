//! The order service: places orders, reserves their stock and finds a courier for them.

mod cancelling;
mod draft;
mod errors;
mod outbox;
mod page;
mod placing;
mod reconciling;
mod service;
pub mod sqlite;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;
mod updating;

pub use service::Orders;
