//! Fakes: a call of a fake beside the call of a plain implementation, interleaved; the memory that a fake keeps; and an outage
//! of 30 s on a paused clock.

mod calls;
mod memory;
mod outage;

use bench::error::Result;

use crate::figure::{Figure, Goal, RunLength, Unit};

/// Prints every figure.
pub(crate) fn all(length: RunLength) -> Result<()> {
    // The first one, since the peak of memory never falls.
    memory::measure(length.calls)?;
    calls::measure(length)?;
    outage::measure(length.turns.min(5))
}

fn print(name: String, unit: Unit, ours: f64, peer: Option<f64>, goal: Goal) {
    println!("{}", Figure { name, unit, ours, peer, goal });
}
