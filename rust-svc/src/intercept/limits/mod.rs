//! Interceptors that limit calls: their number, their rate and their deadlines.

mod concurrency;
mod deadline;
mod rate;

pub use concurrency::ConcurrencyLimit;
pub use deadline::DeadlineRequired;
pub use rate::RateLimit;
