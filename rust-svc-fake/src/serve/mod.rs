//! The fake server and its HTTP API.

mod adapter;
mod admin;
mod config;
mod history;
mod reload;
mod running;
mod state;

pub(crate) use adapter::adapter;
pub use config::FakeConfig;
pub use running::{RunningFake, serve, start};
