//! Servers for tests: in memory, also on a paused clock, or on a port of this machine. They carry the faults of fakes out.

mod connections;
#[cfg(feature = "fake")]
mod faults;
mod in_memory;
mod local;
mod running;

pub use in_memory::InMemoryServer;
pub use local::LocalServer;
