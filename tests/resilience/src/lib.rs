//! The generator under mutated requests; `src/bin/soak` is a server among hostile peers.

pub mod mutated;
