//! Programs that are run and measured.

pub(crate) mod programs;
mod run;
pub(crate) mod usage;

pub(crate) use run::{Serving, call, count, instructions, valgrind};
