//! Servers without sockets, for tests: HTTP/2 runs over memory, also on a paused clock.

mod connections;
#[cfg(feature = "fake")]
mod faults;
mod server;

pub use server::InMemoryServer;
