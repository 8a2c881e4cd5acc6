//! A proxy that writes scripts from the calls of a real server.

mod config;
mod events;
mod proxy;
mod writer;

pub use config::RecordConfig;
#[cfg(test)]
pub(crate) use proxy::RecordingProxy;
pub use proxy::record;
