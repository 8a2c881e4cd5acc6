//! Parts for demonstrations only: faults on command, and a line for each call.

mod call_lines;
mod faults;

pub(super) use call_lines::CallLines;
pub(super) use faults::Faults;
