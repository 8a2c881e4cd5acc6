//! Counters of single threads, so that calls on many cores do not contend.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::observe::names;

/// The number of buckets, including the one above all bounds.
const BUCKETS: usize = names::BUCKETS.len() + 1;

/// A number that one thread changes, and all threads read.
#[derive(Debug, Default)]
pub(super) struct ThreadCounter(AtomicU64);

/// A histogram of durations that one thread changes.
#[derive(Debug, Default)]
pub(super) struct ThreadHistogram {
    buckets: [ThreadCounter; BUCKETS],
    /// In seconds, the bits of an `f64`.
    sum: AtomicU64,
}

/// The sum of the histograms of all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct HistogramSum {
    pub(super) buckets: [u64; BUCKETS],
    /// In seconds.
    pub(super) sum: f64,
}

impl ThreadCounter {
    /// Adds a number; call it only from the owning thread. A load and a store replace the costlier atomic addition. To subtract,
    /// add the two's complement.
    pub(super) fn add(&self, number: u64) {
        self.0.store(self.get().wrapping_add(number), Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl ThreadHistogram {
    /// Counts a duration; call it only from the owning thread.
    pub(super) fn observe(&self, seconds: f64) {
        self.buckets[names::BUCKETS.partition_point(|bound| *bound < seconds)].add(1);
        self.sum.store((self.sum() + seconds).to_bits(), Relaxed);
    }

    fn sum(&self) -> f64 {
        f64::from_bits(self.sum.load(Relaxed))
    }
}

impl HistogramSum {
    /// Adds the histogram of a thread.
    pub(super) fn add(&mut self, durations: &ThreadHistogram) {
        self.sum += durations.sum();
        self.buckets.iter_mut().zip(&durations.buckets).for_each(|(all, own)| *all += own.get());
    }
}

/// Returns the upper bounds of the buckets, in seconds.
pub(super) fn bounds() -> impl Iterator<Item = f64> {
    names::BUCKETS.into_iter().chain([f64::INFINITY])
}

#[cfg(test)]
mod tests {
    use super::{HistogramSum, ThreadCounter, ThreadHistogram, bounds};

    #[test]
    fn counters_of_threads_add_up_to_differences() {
        let (one, other) = (ThreadCounter::default(), ThreadCounter::default());
        one.add(3);
        other.add(u64::MAX);
        assert_eq!(one.get().wrapping_add(other.get()), 2);
    }

    #[test]
    fn an_upper_bound_is_part_of_its_bucket() {
        let mut all = HistogramSum::default();
        for seconds in [0.0, 0.005, 0.006, 10.0, 11.0] {
            let own = ThreadHistogram::default();
            own.observe(seconds);
            all.add(&own);
        }
        let filled: Vec<_> = bounds().zip(all.buckets).filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0.005, 2), (0.01, 1), (10.0, 1), (f64::INFINITY, 1)]);
        assert_eq!(all.sum, 21.011);
    }
}
