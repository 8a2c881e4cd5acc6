//! The instruction of a server about retries.

#[path = "../../../../../rust-svc/src/error/pushback.rs"]
mod pushback;

pub(crate) use pushback::Pushback;
