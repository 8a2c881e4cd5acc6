//! Numbers that each thread counts for itself: calls on many cores at once then do not wait for each other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::observe::names;

/// How many buckets there are, with the one of what is above all bounds.
const BUCKETS: usize = names::BUCKETS.len() + 1;

/// A number that one thread changes, and all may read.
#[derive(Debug, Default)]
pub(super) struct Tally(AtomicU64);

/// How often things took how long, as one thread counted them.
#[derive(Debug, Default)]
pub(super) struct Durations {
    buckets: [Tally; BUCKETS],
    /// In seconds, the bits of an `f64`.
    sum: AtomicU64,
}

/// How often things took how long.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Histogram {
    pub(super) buckets: [u64; BUCKETS],
    /// In seconds.
    pub(super) sum: f64,
}

impl Tally {
    /// Only its own thread does this: two steps do what one would that stops all other cores. What is taken from it is
    /// added as its complement of two.
    pub(super) fn add(&self, number: u64) {
        self.0.store(self.get().wrapping_add(number), Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Durations {
    /// Only its own thread does this.
    pub(super) fn observe(&self, seconds: f64) {
        self.buckets[names::BUCKETS.partition_point(|bound| *bound < seconds)].add(1);
        self.sum.store((self.sum() + seconds).to_bits(), Relaxed);
    }

    fn sum(&self) -> f64 {
        f64::from_bits(self.sum.load(Relaxed))
    }
}

impl Histogram {
    /// Adds what a thread counted.
    pub(super) fn add(&mut self, durations: &Durations) {
        self.sum += durations.sum();
        self.buckets.iter_mut().zip(&durations.buckets).for_each(|(all, own)| *all += own.get());
    }
}

/// The upper bounds of the buckets, in seconds.
pub(super) fn bounds() -> impl Iterator<Item = f64> {
    names::BUCKETS.into_iter().chain([f64::INFINITY])
}

#[cfg(test)]
mod tests {
    use super::{Durations, Histogram, Tally, bounds};

    #[test]
    fn what_is_added_can_be_taken() {
        let (one, other) = (Tally::default(), Tally::default());
        one.add(3);
        other.add(u64::MAX);
        assert_eq!(one.get().wrapping_add(other.get()), 2);
    }

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let mut all = Histogram::default();
        for seconds in [0.0, 0.005, 0.006, 10.0, 11.0] {
            let own = Durations::default();
            own.observe(seconds);
            all.add(&own);
        }
        let filled: Vec<_> = bounds().zip(all.buckets).filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0.005, 2), (0.01, 1), (10.0, 1), (f64::INFINITY, 1)]);
        assert_eq!(all.sum, 21.011);
    }
}
