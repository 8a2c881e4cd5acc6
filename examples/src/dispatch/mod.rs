//! The dispatch service: assigns orders to couriers.

mod connections;
mod couriers;
mod errors;
mod geography;
mod matching;
mod queue;
mod routes;
mod service;
mod session;
pub mod sqlite;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;

pub use service::{Dispatch, DispatchConfig};
