//! The services together, over real connections, in one process.

mod house;
mod orders;
mod public;
mod restart;
mod wire;
