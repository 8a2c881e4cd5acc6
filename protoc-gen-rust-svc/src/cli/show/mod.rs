//! Commands that print what the generator knows.

pub(super) mod completions;
pub(super) mod explain;
pub(super) mod routes;
