//! One method of a service, as its `.proto` declares it.

use std::{fmt, time::Duration};

use crate::Code;

/// One method of a service: where it lives and how it is to be called. Generated code holds one constant for each.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Method {
    /// The path of gRPC, such as `/inventory.v1.InventoryService/CheckStock`.
    pub path: &'static str,
    /// Which sides stream.
    pub kind: Kind,
    /// What calling it twice does.
    pub idempotency: Idempotency,
    /// How long a call may take where the caller asks for no less; for a method that streams its answer, how long it
    /// may take to begin. `None`: only the caller's deadline counts.
    pub timeout: Option<Duration>,
    /// How a client tries again, if the method declares it.
    pub retry: Option<Retry>,
    /// When a client stops calling for a while. `None`: never.
    pub breaker: Option<Breaker>,
}

/// Which sides of a method stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One request, one response.
    Unary,
    /// One request, a stream of responses.
    ServerStreaming,
    /// A stream of requests, one response.
    ClientStreaming,
    /// A stream of requests, a stream of responses.
    BidiStreaming,
}

/// What calling a method twice does: the `idempotency_level` of its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Nothing is promised.
    Unknown,
    /// The second call changes nothing more.
    Idempotent,
    /// No call changes anything.
    NoSideEffects,
}

/// How a client tries again, after gRFC A6.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Retry {
    /// How often the call is made at most, the first time included: 2 to 5.
    pub max_attempts: u32,
    /// The wait before the second attempt, give or take 20 percent.
    pub initial_backoff: Duration,
    /// The longest wait.
    pub max_backoff: Duration,
    /// By how much each wait is longer than the one before.
    pub multiplier: f64,
    /// A bit for each number of a [`Code`] that is tried again.
    codes: u32,
}

/// When a client stops calling a method that keeps failing, and how it finds out that the method works again.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Breaker {
    /// How far back calls are counted.
    pub window: Duration,
    /// How many calls the window must hold before their failures count.
    pub min_calls: u32,
    /// The share of failures that opens the breaker, 1 to 100 percent.
    pub failure_percent: u32,
    /// How long it stays open the first time; each time that the probes fail it is twice as long, up to a minute.
    pub open: Duration,
    /// How many calls are let through at once to probe a method, and how many must succeed to close the breaker.
    pub probes: u32,
}

impl Method {
    /// A method with one request and one response.
    pub const fn unary(path: &'static str) -> Self {
        Self::new(path, Kind::Unary)
    }

    /// A method with one request and a stream of responses.
    pub const fn server_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::ServerStreaming)
    }

    /// A method with a stream of requests and one response.
    pub const fn client_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::ClientStreaming)
    }

    /// A method with a stream of requests and a stream of responses.
    pub const fn bidi_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::BidiStreaming)
    }

    const fn new(path: &'static str, kind: Kind) -> Self {
        let breaker = Some(Breaker::DEFAULT);
        Self { path, kind, idempotency: Idempotency::Unknown, timeout: None, retry: None, breaker }
    }

    /// The second call changes nothing more.
    pub const fn idempotent(mut self) -> Self {
        self.idempotency = Idempotency::Idempotent;
        self
    }

    /// No call changes anything.
    pub const fn no_side_effects(mut self) -> Self {
        self.idempotency = Idempotency::NoSideEffects;
        self
    }

    /// How long a call may take, in milliseconds.
    pub const fn timeout_ms(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// How a client tries again.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// When a client stops calling for a while.
    pub const fn breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = Some(breaker);
        self
    }

    /// A client never stops calling.
    pub const fn no_breaker(mut self) -> Self {
        self.breaker = None;
        self
    }

    /// The full name of the service, such as `inventory.v1.InventoryService`.
    pub fn service(&self) -> &'static str {
        self.split().0
    }

    /// The name of the method, such as `CheckStock`.
    pub fn name(&self) -> &'static str {
        self.split().1
    }

    /// The full name of the method, such as `inventory.v1.InventoryService/CheckStock`.
    pub fn full_name(&self) -> &'static str {
        self.path.trim_start_matches('/')
    }

    fn split(&self) -> (&'static str, &'static str) {
        self.full_name().split_once('/').unwrap_or((self.full_name(), ""))
    }
}

/// The full name, such as `inventory.v1.InventoryService/CheckStock`.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.full_name())
    }
}

impl Kind {
    /// True if there is exactly one request.
    pub const fn takes_one(self) -> bool {
        matches!(self, Self::Unary | Self::ServerStreaming)
    }

    /// True if there is exactly one response.
    pub const fn returns_one(self) -> bool {
        matches!(self, Self::Unary | Self::ClientStreaming)
    }
}

impl Retry {
    /// At most `max_attempts` calls (the first included, capped at 5 as in gRFC A6) while the callee is
    /// [`Code::Unavailable`], with waits of 100 ms, 160 ms, 256 ms and so on.
    pub const fn attempts(max_attempts: u32) -> Self {
        Self {
            max_attempts: if max_attempts > 5 { 5 } else { max_attempts },
            initial_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            multiplier: 1.6,
            codes: bit(Code::Unavailable),
        }
    }

    /// The first and the longest wait, in milliseconds, and by how much each is longer than the one before.
    pub const fn backoff_ms(mut self, initial: u64, max: u64, multiplier: f64) -> Self {
        self.initial_backoff = Duration::from_millis(initial);
        self.max_backoff = Duration::from_millis(max);
        self.multiplier = multiplier;
        self
    }

    /// The codes that are tried again, in place of [`Code::Unavailable`] alone.
    pub const fn on(mut self, codes: &[Code]) -> Self {
        self.codes = 0;
        let mut index = 0;
        while index < codes.len() {
            self.codes |= bit(codes[index]);
            index += 1;
        }
        self
    }

    /// True if a call that failed with this code is tried again.
    pub const fn covers(&self, code: Code) -> bool {
        self.codes & bit(code) != 0
    }
}

const fn bit(code: Code) -> u32 {
    1 << code.number()
}

impl Breaker {
    /// Half of at least 20 calls in 10 seconds; open for 5 seconds; 3 probes.
    pub const DEFAULT: Self = Self {
        window: Duration::from_secs(10),
        min_calls: 20,
        failure_percent: 50,
        open: Duration::from_secs(5),
        probes: 3,
    };

    /// How far back calls are counted, in milliseconds.
    pub const fn window_ms(mut self, millis: u64) -> Self {
        self.window = Duration::from_millis(millis);
        self
    }

    /// How many calls the window must hold before their failures count.
    pub const fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = calls;
        self
    }

    /// The share of failures that opens the breaker, 1 to 100 percent.
    pub const fn failure_percent(mut self, percent: u32) -> Self {
        self.failure_percent = percent;
        self
    }

    /// How long it stays open the first time, in milliseconds.
    pub const fn open_ms(mut self, millis: u64) -> Self {
        self.open = Duration::from_millis(millis);
        self
    }

    /// How many calls probe a method at once, and how many must succeed to close the breaker.
    pub const fn probes(mut self, probes: u32) -> Self {
        self.probes = probes;
        self
    }
}
