//! How many calls succeeded and failed lately.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::Instant;

const BUCKETS: u64 = 10;

/// A bucket is one word: which tenth of a window it counts (24 bits), its failures and its successes (20 bits each).
/// Neither an old tenth nor a lost update can then be mistaken for a count, and no lock is needed.
const COUNT_BITS: u32 = 20;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
const TICK_MASK: u64 = (1 << 24) - 1;
const SUCCESS: u64 = 1;
const FAILURE: u64 = 1 << COUNT_BITS;

/// Counts are given up beyond this, some way below what fits, so that threads that add at once stay within it.
const COUNT_LIMIT: u64 = COUNT_MASK - 1024;

/// The calls of the last while, in ten buckets that are used in turn. Adding and summing take the same time however
/// many calls there are.
#[derive(Debug)]
pub(crate) struct Window {
    start: Instant,
    bucket_nanos: u64,
    buckets: [AtomicU64; BUCKETS as usize],
}

/// What a window holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) calls: u64,
    pub(crate) failures: u64,
}

impl Window {
    pub(crate) fn new(length: Duration, start: Instant) -> Self {
        let bucket_nanos = (nanos(length) / BUCKETS).max(1);
        Self { start, bucket_nanos, buckets: Default::default() }
    }

    pub(crate) fn add_success(&self, now: Instant) {
        self.add(now, SUCCESS);
    }

    pub(crate) fn add_failure(&self, now: Instant) {
        self.add(now, FAILURE);
    }

    /// What happened within the window that ends now.
    pub(crate) fn totals(&self, now: Instant) -> Totals {
        let tick = self.tick(now);
        let words = self.buckets.iter().map(|bucket| bucket.load(Relaxed));
        let recent = words.filter(|word| (tick.wrapping_sub(tick_of(*word)) & TICK_MASK) < BUCKETS);
        recent.fold(Totals::default(), |totals, word| {
            let (successes, failures) = counts_of(word);
            Totals { calls: totals.calls + successes + failures, failures: totals.failures + failures }
        })
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.buckets.iter().for_each(|bucket| bucket.store(0, Relaxed));
    }

    fn add(&self, now: Instant, one: u64) {
        let tick = self.tick(now);
        let bucket = &self.buckets[(tick % BUCKETS) as usize];
        let add = |word: u64| match tick_of(word) == tick & TICK_MASK {
            true => has_room(word).then_some(word + one),
            false => Some((tick & TICK_MASK) << (2 * COUNT_BITS) | one),
        };
        // Fails only where the bucket is full, and then one more makes no difference.
        let _ = bucket.fetch_update(Relaxed, Relaxed, add);
    }

    fn tick(&self, now: Instant) -> u64 {
        nanos(now.saturating_duration_since(self.start)) / self.bucket_nanos
    }
}

/// It takes centuries to be more than a word.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn window() -> (Window, Instant) {
        let start = Instant::now();
        (Window::new(10 * SECOND, start), start)
    }

    #[test]
    fn counts_the_last_ten_tenths() {
        let (window, start) = window();
        for second in 0..20_u32 {
            window.add_success(start + second * SECOND);
            window.add_failure(start + second * SECOND);
            let kept = u64::from(second + 1).min(10);
            assert_eq!(window.totals(start + second * SECOND), Totals { calls: 2 * kept, failures: kept });
        }
    }

    #[test]
    fn forgets_while_nothing_happens() {
        let (window, start) = window();
        (0..100).for_each(|_| window.add_failure(start));
        assert_eq!(window.totals(start + 9 * SECOND), Totals { calls: 100, failures: 100 });
        assert_eq!(window.totals(start + 10 * SECOND), Totals::default());
        window.add_success(start + 30 * SECOND);
        assert_eq!(window.totals(start + 30 * SECOND), Totals { calls: 1, failures: 0 });
    }

    #[test]
    fn a_full_bucket_stays_full() {
        let (window, start) = window();
        (0..COUNT_MASK + 10).for_each(|_| window.add_success(start));
        window.add_failure(start);
        assert_eq!(window.totals(start), Totals { calls: COUNT_LIMIT, failures: 0 });
    }

    #[test]
    fn threads_lose_no_count() {
        let (window, start) = window();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|it| window.add_success(start + (it / 100) * SECOND)));
            }
        });
        assert_eq!(window.totals(start + 9 * SECOND), Totals { calls: 4000, failures: 0 });
    }

    #[test]
    fn windows_of_no_length_work() {
        let start = Instant::now();
        let window = Window::new(Duration::ZERO, start);
        window.add_failure(start + SECOND);
        assert_eq!(window.totals(start + SECOND), Totals { calls: 1, failures: 1 });
    }
}
