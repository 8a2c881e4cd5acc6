//! Fakes: a call of a fake beside the call of a plain implementation, interleaved; the memory that a fake keeps; and an outage
//! of 30 s on a paused clock.

mod calls;
mod memory;
mod outage;
mod output;
mod service;

use bench::error::Result;

use crate::figure::RunLength;

/// Prints every figure.
pub(crate) fn all(length: RunLength) -> Result<()> {
    // The first one, since the peak of memory never falls.
    memory::measure(length.calls)?;
    calls::measure(length)?;
    outage::measure(length.turns.min(5))
}
