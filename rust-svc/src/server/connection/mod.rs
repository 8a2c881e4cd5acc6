//! Connections: accepting them, serving HTTP on them, and closing them.

mod accept;
mod activity;
mod frames;
mod io;
mod serve;
mod streams;

pub(super) use accept::Connections;
#[cfg(test)]
pub(super) use frames::ControlFrameBudget;
pub(super) use streams::StreamExecutor;
