//! The parts of a client that circuit breakers consist of.

pub(crate) mod policy;
