//! The primitives of circuit breakers, in whose place `tests/resilience` has those of loom.

pub(super) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI32, AtomicU64, Ordering},
};
