//! Fakes behind HTTP/2 in memory, between adapters, server limits and client policies.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod service;
mod simulated;
mod spies;
mod sweeps;
mod transports;
mod wire;
