//! The policies by which a client stops calling a method.

use std::time::Duration;

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
    /// The time that it stays open at first. It doubles each time that the probes fail, up to 5 seconds.
    pub open: Duration,
    /// The number of calls that probe the method at once, all of which must succeed to close the breaker.
    pub probes: u32,
    /// The time from which a call with one request and one response is slow; `None`: slow calls do not count.
    pub slow_call: Option<Duration>,
    /// The share of slow calls that opens the breaker, 1 to 100 percent.
    pub slow_percent: u32,
    /// The group of methods of a client that share one breaker; `None`: the method has its own.
    pub group: Option<&'static str>,
}

/// The bulkhead of a client: how many calls of a method are in flight, and how many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bulkhead {
    /// The most calls in flight. A stream is in flight until it ends.
    pub max_in_flight: u32,
    /// The most calls that wait for one to end. Further calls fail at once.
    pub max_queued: u32,
}

impl Breaker {
    /// The default policy: opens when half of at least 20 calls in 10 seconds failed, stays open for 1 to 5 seconds, 3 probes.
    pub const DEFAULT: Self = Self {
        window: Duration::from_secs(10),
        min_calls: 20,
        failure_percent: 50,
        open: Duration::from_secs(1),
        probes: 3,
        slow_call: None,
        slow_percent: 100,
        group: None,
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

    /// Opens the breaker also when `percent` of the calls take this many milliseconds.
    pub const fn slow_ms(mut self, millis: u64, percent: u32) -> Self {
        self.slow_call = Some(Duration::from_millis(millis));
        self.slow_percent = percent;
        self
    }

    /// Shares one breaker among the methods of a client with this group. That of the first call has its settings.
    pub const fn group(mut self, name: &'static str) -> Self {
        self.group = Some(name);
        self
    }
}

impl Bulkhead {
    /// Declares at most this many calls in flight, none of which wait.
    pub const fn new(max_in_flight: u32) -> Self {
        Self { max_in_flight, max_queued: 0 }
    }

    /// Sets the most calls that wait for one to end.
    pub const fn max_queued(mut self, calls: u32) -> Self {
        self.max_queued = calls;
        self
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::DEFAULT
    }
}
