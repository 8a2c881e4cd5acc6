//! A combined view of an order from several services.

mod service;
#[cfg(test)]
mod tests;

pub use service::Tracking;
