//! The retry budget of a client: the throttle of gRFC A6.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::RetryThrottling;

/// Tokens are counted in thousandths, so that a fraction can be added without a float.
const TOKEN: i64 = 1000;

/// A token bucket that all calls of a client share.
///
/// A failed attempt takes a token, a successful call adds a fraction, and there are no retries while the bucket is at
/// most half full. So retries do not multiply the load of a server that is down.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicI64,
    full: AtomicI64,
    refill: AtomicI64,
}

impl Budget {
    /// Creates a bucket of 10 tokens that gains a tenth for each success, as gRPC recommends.
    pub(crate) const fn new() -> Self {
        Self::with(10 * TOKEN, TOKEN / 10)
    }

    const fn with(full: i64, refill: i64) -> Self {
        Self { tokens: AtomicI64::new(full), full: AtomicI64::new(full), refill: AtomicI64::new(refill) }
    }

    /// Changes the limits, to those of gRPC without any. A new limit fills the bucket.
    pub(crate) fn configure(&self, throttling: Option<RetryThrottling>) {
        let (full, refill) = throttling
            .map_or((10 * TOKEN, TOKEN / 10), |RetryThrottling { max_tokens, token_ratio }| {
                (thousandths(max_tokens), thousandths(token_ratio))
            });
        self.refill.store(refill, Relaxed);
        if self.full.swap(full, Relaxed) != full {
            self.tokens.store(full, Relaxed);
        }
    }

    /// Takes a token for a failed attempt, and returns whether enough are left for another attempt.
    pub(crate) fn spend(&self) -> bool {
        self.change(|tokens| (tokens - TOKEN).max(0)) > self.full.load(Relaxed) / 2
    }

    /// Returns whether enough tokens are left for another attempt.
    pub(crate) fn allows_attempt(&self) -> bool {
        self.tokens.load(Relaxed) > self.full.load(Relaxed) / 2
    }

    /// Returns the most tokens and those that a success adds.
    pub(crate) fn limits(&self) -> (f64, f64) {
        let tokens = |thousandths: &AtomicI64| thousandths.load(Relaxed) as f64 / TOKEN as f64;
        (tokens(&self.full), tokens(&self.refill))
    }

    /// Adds a fraction of a token for a successful call.
    pub(crate) fn refill(&self) {
        // A full bucket is not written to, so that the cores do not contend for its cache line.
        let full = self.full.load(Relaxed);
        if self.tokens.load(Relaxed) < full {
            let refill = self.refill.load(Relaxed);
            self.change(|tokens| (tokens + refill).min(full));
        }
    }

    fn change(&self, change: impl Fn(i64) -> i64) -> i64 {
        let previous = self.tokens.fetch_update(Relaxed, Relaxed, |tokens| Some(change(tokens)));
        change(previous.unwrap_or_else(|tokens| tokens))
    }
}

/// Converts a number of tokens, of which three decimals count.
fn thousandths(tokens: f64) -> i64 {
    (tokens * TOKEN as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(budget: &Budget) -> i64 {
        budget.tokens.load(Relaxed)
    }

    #[test]
    fn allows_retries_while_more_than_half_full() {
        let budget = Budget::new();
        let allowed: Vec<_> = (0..12).map(|_| budget.spend()).collect();
        assert_eq!(allowed, [[true; 4].as_slice(), &[false; 8]].concat());
        assert_eq!(left(&budget), 0);
    }

    #[test]
    fn a_success_adds_a_tenth_up_to_the_limit() {
        let budget = Budget::new();
        (0..5).for_each(|_| _ = budget.spend());
        (0..10).for_each(|_| budget.refill());
        assert_eq!(left(&budget), 6000);
        assert!(!budget.spend());
        (0..11).for_each(|_| budget.refill());
        assert!(budget.spend());
        (0..1000).for_each(|_| budget.refill());
        assert_eq!(left(&budget), 10_000);
    }

    #[test]
    fn an_outage_is_not_amplified() {
        let budget = Budget::new();
        let attempts: usize = (0..1000).map(|_| 1 + (0..2).take_while(|_| budget.spend()).count()).sum();
        assert!(attempts <= 1100, "{attempts} attempts for 1000 calls");
    }

    #[test]
    fn concurrent_updates_are_not_lost() {
        let budget = Budget::with(1000 * TOKEN, 100);
        std::thread::scope(|scope| {
            (0..4).for_each(|_| _ = scope.spawn(|| (0..100).for_each(|_| _ = budget.spend())));
        });
        assert_eq!(left(&budget), 600 * TOKEN);
    }
}
