//! Chaos: faults at random while couriers and customers work, and invariants that must hold afterwards.

mod command;
mod faults;
mod invariants;
mod report;
mod settle;

pub(super) use command::ChaosCommand;
