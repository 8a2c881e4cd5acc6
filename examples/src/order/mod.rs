//! The order service: places orders, reserves their stock and finds a courier for them.

mod cancelling;
mod draft;
mod errors;
mod operations;
mod page;
mod placing;
pub mod saga;
mod service;
pub mod sqlite;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;
mod updating;

pub(crate) use errors::unknown_order;
pub use service::Orders;
