//! The recent successes and failures of a method.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    shard::{own_shard, shards},
    sync::{AtomicU64, Ordering::Relaxed},
};

const BUCKETS: u64 = 10;

/// The bits of a count. A bucket is one word: its tick (24 bits), failures and successes (20 bits each), so that it is
/// updated without a lock and an old tick is never mistaken for a count.
const COUNT_BITS: u32 = 20;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
const TICK_MASK: u64 = (1 << 24) - 1;
const SUCCESS: u64 = 1;
const FAILURE: u64 = 1 << COUNT_BITS;

/// The limit of a count, below its maximum, so that concurrent additions cannot overflow. A bucket that reaches it keeps
/// half of its counts, and so their ratio.
const COUNT_LIMIT: u64 = COUNT_MASK - 1024;

/// Counts calls in ten rotating buckets. Adding and summing take constant time.
#[derive(Debug)]
pub(crate) struct SlidingWindow {
    start: Instant,
    /// The buckets of a nanosecond, in units of 2⁻⁶⁴: a multiplication takes a fraction of the time of a division.
    bucket_rate: u64,
    /// The counts of some of the threads each: a power of two.
    shards: Box<[Buckets]>,
}

/// Buckets that share no cache line with others, nor the one that is fetched with it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Buckets([AtomicU64; BUCKETS as usize]);

/// The sums of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowTotals {
    pub(crate) calls: u64,
    pub(crate) failures: u64,
}

impl SlidingWindow {
    /// Creates a window for few threads at a time.
    pub(crate) fn new(length: Duration, start: Instant) -> Self {
        Self::with_shards(1, length, start)
    }

    /// Creates a window that the threads of all processors add to without contention.
    pub(crate) fn sharded(length: Duration, start: Instant) -> Self {
        Self::with_shards(shards(), length, start)
    }

    fn with_shards(shards: usize, length: Duration, start: Instant) -> Self {
        let bucket_nanos = (nanos(length) / BUCKETS).max(2);
        let bucket_rate = (u64::MAX / bucket_nanos).saturating_add(1);
        Self { start, bucket_rate, shards: (0..shards).map(|_| Buckets::default()).collect() }
    }

    pub(crate) fn add_success(&self, now: Instant) {
        self.add(now, SUCCESS);
    }

    pub(crate) fn add_failure(&self, now: Instant) {
        self.add(now, FAILURE);
    }

    /// Sums the window that ends now.
    pub(crate) fn totals(&self, now: Instant) -> WindowTotals {
        let tick = self.tick(now);
        let words = self.buckets().map(|bucket| bucket.load(Relaxed));
        let recent = words.filter(|word| (tick.wrapping_sub(tick_of(*word)) & TICK_MASK) < BUCKETS);
        recent.fold(WindowTotals::default(), |totals, word| {
            let (successes, failures) = counts_of(word);
            WindowTotals { calls: totals.calls + successes + failures, failures: totals.failures + failures }
        })
    }

    /// Removes all counts.
    pub(crate) fn clear(&self) {
        self.buckets().for_each(|bucket| bucket.store(0, Relaxed));
    }

    fn buckets(&self) -> impl Iterator<Item = &AtomicU64> {
        self.shards.iter().flat_map(|shard| &shard.0)
    }

    fn add(&self, now: Instant, one: u64) {
        let tick = self.tick(now);
        let Buckets(buckets) = &self.shards[own_shard(self.shards.len())];
        let bucket = &buckets[(tick % BUCKETS) as usize];
        let word = bucket.load(Relaxed);
        if tick_of(word) == tick & TICK_MASK && has_room(word) {
            // If the bucket changes its tick just now, the call counts in the next one.
            bucket.fetch_add(one, Relaxed);
            return;
        }
        let add = |word: u64| match tick_of(word) == tick & TICK_MASK {
            true if has_room(word) => word + one,
            true => halve(word) + one,
            false => (tick & TICK_MASK) << (2 * COUNT_BITS) | one,
        };
        let _ = bucket.fetch_update(Relaxed, Relaxed, |word| Some(add(word)));
    }

    fn tick(&self, now: Instant) -> u64 {
        let elapsed = nanos(now.saturating_duration_since(self.start));
        ((u128::from(elapsed) * u128::from(self.bucket_rate)) >> 64) as u64
    }
}

/// Converts to nanoseconds, which fit in a word for centuries.
fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

fn tick_of(word: u64) -> u64 {
    word >> (2 * COUNT_BITS)
}

fn counts_of(word: u64) -> (u64, u64) {
    (word & COUNT_MASK, (word >> COUNT_BITS) & COUNT_MASK)
}

fn has_room(word: u64) -> bool {
    let (successes, failures) = counts_of(word);
    successes < COUNT_LIMIT && failures < COUNT_LIMIT
}

/// Halves both counts.
fn halve(word: u64) -> u64 {
    let (successes, failures) = counts_of(word);
    tick_of(word) << (2 * COUNT_BITS) | (failures / 2) << COUNT_BITS | (successes / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn window() -> (SlidingWindow, Instant) {
        let start = Instant::now();
        (SlidingWindow::new(10 * SECOND, start), start)
    }

    #[test]
    fn counts_expire_after_the_window() {
        let (window, start) = window();
        for second in 0..20_u32 {
            window.add_success(start + second * SECOND);
            window.add_failure(start + second * SECOND);
            let kept = u64::from(second + 1).min(10);
            assert_eq!(window.totals(start + second * SECOND), WindowTotals { calls: 2 * kept, failures: kept });
        }
    }

    #[test]
    fn counts_expire_without_calls() {
        let (window, start) = window();
        (0..100).for_each(|_| window.add_failure(start));
        assert_eq!(window.totals(start + 9 * SECOND), WindowTotals { calls: 100, failures: 100 });
        assert_eq!(window.totals(start + 10 * SECOND), WindowTotals::default());
        window.add_success(start + 30 * SECOND);
        assert_eq!(window.totals(start + 30 * SECOND), WindowTotals { calls: 1, failures: 0 });
    }

    #[test]
    fn a_full_bucket_keeps_counting_failures() {
        let (window, start) = window();
        (0..COUNT_MASK + 10).for_each(|_| window.add_success(start));
        assert!(window.totals(start).calls <= COUNT_MASK);
        (0..2 * COUNT_MASK).for_each(|_| window.add_failure(start));
        let WindowTotals { calls, failures } = window.totals(start);
        assert!(failures * 100 >= calls * 80, "{failures} of {calls}");
    }

    #[test]
    fn concurrent_updates_are_not_lost() {
        let start = Instant::now();
        for window in [SlidingWindow::new(10 * SECOND, start), SlidingWindow::with_shards(8, 10 * SECOND, start)] {
            add_from_threads(&window, start);
            assert_eq!(window.totals(start + 9 * SECOND), WindowTotals { calls: 4000, failures: 0 });
            window.clear();
            assert_eq!(window.totals(start + 9 * SECOND), WindowTotals::default());
        }
    }

    /// Threads of a window with shards do not add to the same words.
    #[test]
    fn threads_have_shards_of_their_own() {
        let start = Instant::now();
        let window = SlidingWindow::with_shards(64, 10 * SECOND, start);
        add_from_threads(&window, start);
        let used = window.shards.iter().filter(|shard| shard.0.iter().any(|bucket| bucket.load(Relaxed) > 0));
        assert!(used.count() > 1);
    }

    fn add_from_threads(window: &SlidingWindow, start: Instant) {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|it| window.add_success(start + (it / 100) * SECOND)));
            }
        });
    }

    #[test]
    fn a_window_of_length_zero_counts() {
        let start = Instant::now();
        let window = SlidingWindow::new(Duration::ZERO, start);
        window.add_failure(start + SECOND);
        assert_eq!(window.totals(start + SECOND), WindowTotals { calls: 1, failures: 1 });
    }
}
