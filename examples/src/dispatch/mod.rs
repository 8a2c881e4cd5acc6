//! Dispatch: finds a courier for each order, and knows where it is.

mod couriers;
mod errors;
mod floor;
mod geography;
mod matching;
mod routes;
mod service;
mod session;
pub mod sqlite;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;

pub use service::{Dispatch, Rules};
