//! Sweeps: one scenario, run once for each call of its fakes and each fault.

mod injection;
mod runner;
mod sweep_fault;

pub(super) use injection::Injection;
pub use runner::Sweep;
pub use sweep_fault::SweepFault;
