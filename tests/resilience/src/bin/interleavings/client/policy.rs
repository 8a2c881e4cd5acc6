//! The policies that circuit breakers consist of.

#[path = "../../../../../../rust-svc/src/client/policy/backoff.rs"]
mod backoff;
#[path = "breaker.rs"]
pub(crate) mod breaker;
#[path = "../../../../../../rust-svc/src/client/policy/failure.rs"]
mod failure;
#[path = "../../../../../../rust-svc/src/client/policy/latency.rs"]
mod latency;
#[path = "../../../../../../rust-svc/src/client/policy/window.rs"]
pub(crate) mod window;

/// The primitives of loom.
mod sync {
    pub(super) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicI32, AtomicU64, Ordering},
    };
    pub(super) use std::sync::PoisonError;
}

/// All threads add to the same words.
mod shard {
    pub(super) fn shards() -> usize {
        1
    }

    pub(super) fn own_shard(_: usize) -> usize {
        0
    }
}
