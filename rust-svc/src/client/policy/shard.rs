//! The shards of counters that many threads add to.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

/// The largest number of shards. Reading a counter takes all of them.
const MAX_SHARDS: usize = 8;

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OWN: usize = NEXT.fetch_add(1, Relaxed);
}

/// Returns how many shards keep the processors of this machine apart: a power of two.
pub(super) fn shards() -> usize {
    static SHARDS: OnceLock<usize> = OnceLock::new();
    let count = || thread::available_parallelism().map_or(1, usize::from).next_power_of_two().min(MAX_SHARDS);
    *SHARDS.get_or_init(count)
}

/// Returns the shard of this thread, of a power of two.
pub(super) fn own_shard(shards: usize) -> usize {
    // A call may be dropped with the thread-local values of its thread.
    OWN.try_with(|own| *own).unwrap_or_default() & (shards - 1)
}
