//! The parts of a request: its path and query, its headers and its body.

pub(super) mod arrivals;
pub(super) mod body;
pub(super) mod context;
pub(super) mod parameters;
mod splitter;
mod timeout;
