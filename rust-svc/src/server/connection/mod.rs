//! Connections: accepting them, serving HTTP on them, and closing them.

mod accept;
mod activity;
mod frames;
mod io;
mod serve;
mod stream_failure;
mod streams;

pub(super) use accept::Connections;
#[cfg(test)]
pub(super) use frames::ControlFrameBudget;
pub(super) use streams::StreamExecutor;
#[cfg(all(feature = "client", feature = "fake"))]
pub(super) use {frames::FrameScanner, stream_failure::StreamFailure};
