//! The services together, over real connections, in one process.

mod orders;
mod public;
mod restart;
mod system;
mod wire;
