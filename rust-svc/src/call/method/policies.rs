//! The policies that a method declares for its clients.

use std::time::Duration;

use crate::Code;

/// The retry policy of a client, after gRFC A6.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Retry {
    /// The most attempts, the first included: 2 to 5.
    pub max_attempts: u32,
    /// The backoff before the second attempt, with a jitter of 20 percent.
    pub initial_backoff: Duration,
    /// The longest backoff.
    pub max_backoff: Duration,
    /// The ratio of one backoff to the one before.
    pub multiplier: f64,
    /// The retryable codes, as a bit for each number of a [`Code`].
    codes: u32,
}

/// The circuit breaker of a client: when it stops calling a method that keeps failing, and when it calls it again.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Breaker {
    /// The time for which the outcome of a call counts.
    pub window: Duration,
    /// The fewest calls in the window at which the breaker opens.
    pub min_calls: u32,
    /// The share of failures that opens the breaker, 1 to 100 percent.
    pub failure_percent: u32,
    /// The time that it stays open at first. It doubles each time that the probes fail, up to a minute.
    pub open: Duration,
    /// The number of calls that probe the method at once, all of which must succeed to close the breaker.
    pub probes: u32,
}

impl Retry {
    /// Declares at most `max_attempts` attempts (the first included, capped at 5 as in gRFC A6).
    ///
    /// Calls are retried on [`Code::Unavailable`], with backoffs of 100 ms, 160 ms, 256 ms and so on.
    pub const fn new(max_attempts: u32) -> Self {
        Self {
            max_attempts: if max_attempts > 5 { 5 } else { max_attempts },
            initial_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            multiplier: 1.6,
            codes: bit(Code::Unavailable),
        }
    }

    /// Sets the first and the longest backoff in milliseconds, and the ratio of one backoff to the one before.
    pub const fn backoff_ms(mut self, initial: u64, max: u64, multiplier: f64) -> Self {
        self.initial_backoff = Duration::from_millis(initial);
        self.max_backoff = Duration::from_millis(max);
        self.multiplier = multiplier;
        self
    }

    /// Sets the retryable codes, in place of [`Code::Unavailable`].
    pub const fn on(mut self, codes: &[Code]) -> Self {
        self.codes = 0;
        let mut index = 0;
        while index < codes.len() {
            self.codes |= bit(codes[index]);
            index += 1;
        }
        self
    }

    /// Returns true if a call that failed with this code is retried.
    pub const fn covers(&self, code: Code) -> bool {
        self.codes & bit(code) != 0
    }
}

const fn bit(code: Code) -> u32 {
    1 << code.number()
}

impl Breaker {
    /// The default policy: opens when half of at least 20 calls in 10 seconds failed, stays open for 5 seconds, 3 probes.
    pub const DEFAULT: Self = Self {
        window: Duration::from_secs(10),
        min_calls: 20,
        failure_percent: 50,
        open: Duration::from_secs(5),
        probes: 3,
    };

    /// Declares the default policy.
    pub const fn new() -> Self {
        Self::DEFAULT
    }

    /// Sets the time for which the outcome of a call counts, in milliseconds.
    pub const fn window_ms(mut self, millis: u64) -> Self {
        self.window = Duration::from_millis(millis);
        self
    }

    /// Sets the fewest calls in the window at which the breaker opens.
    pub const fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = calls;
        self
    }

    /// Sets the share of failures that opens the breaker, 1 to 100 percent.
    pub const fn failure_percent(mut self, percent: u32) -> Self {
        self.failure_percent = percent;
        self
    }

    /// Sets the time that it stays open at first, in milliseconds.
    pub const fn open_ms(mut self, millis: u64) -> Self {
        self.open = Duration::from_millis(millis);
        self
    }

    /// Sets the number of calls that probe the method at once, all of which must succeed to close the breaker.
    pub const fn probes(mut self, probes: u32) -> Self {
        self.probes = probes;
        self
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::DEFAULT
    }
}
