//! The services together, over real connections, in one process.

mod dashboard;
mod orders;
mod public;
mod restart;
mod system;
mod wire;
