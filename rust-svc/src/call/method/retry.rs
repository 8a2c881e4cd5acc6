//! The policies by which a client repeats calls.

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

/// The hedging policy of a client, after gRFC A6: attempts start one after the other, and the first success counts.
///
/// Only methods that may be repeated are hedged: those with an idempotency level or an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hedge {
    /// The most attempts, the first included: 2 to 5.
    pub max_attempts: u32,
    /// The time from one attempt to the next.
    pub delay: Duration,
    /// The codes that start the next attempt and do not end the call, as a bit for each number of a [`Code`].
    codes: u32,
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
        self.codes = bits(codes);
        self
    }

    /// Returns true if a call that failed with this code is retried.
    pub const fn covers(&self, code: Code) -> bool {
        self.codes & bit(code) != 0
    }
}

impl Hedge {
    /// Declares at most `max_attempts` attempts at once (the first included, capped at 5 as in gRFC A6).
    ///
    /// Without [`delay_ms`](Self::delay_ms) all of them start at once, and any error ends the call.
    pub const fn new(max_attempts: u32) -> Self {
        Self { max_attempts: if max_attempts > 5 { 5 } else { max_attempts }, delay: Duration::ZERO, codes: 0 }
    }

    /// Sets the time from one attempt to the next, in milliseconds.
    pub const fn delay_ms(mut self, millis: u64) -> Self {
        self.delay = Duration::from_millis(millis);
        self
    }

    /// Sets the codes that start the next attempt at once and do not end the call.
    pub const fn on(mut self, codes: &[Code]) -> Self {
        self.codes = bits(codes);
        self
    }

    /// Returns true if a failure with this code does not end the call.
    pub const fn covers(&self, code: Code) -> bool {
        self.codes & bit(code) != 0
    }
}

const fn bits(codes: &[Code]) -> u32 {
    let (mut bits, mut index) = (0, 0);
    while index < codes.len() {
        bits |= bit(codes[index]);
        index += 1;
    }
    bits
}

const fn bit(code: Code) -> u32 {
    1 << code.number()
}
