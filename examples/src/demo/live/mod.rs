//! The live demo: the system at work, with a page that shows and controls it.

mod control;
mod metrics;
mod observer;
mod traces;
mod world;

pub(super) use world::{LiveDemo, Pace};
