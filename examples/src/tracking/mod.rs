//! One view of an order, put together from what several services know.

mod service;
#[cfg(test)]
mod tests;

pub use service::Tracking;
