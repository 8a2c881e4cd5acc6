//! The deadlines of a call.

use std::{future::Future, pin::Pin, time::Duration};

use tokio::time::Instant;

use super::failure::{AttemptFailure, Cause};
use crate::{Code, Context, Error, Method, Result, call::run_until::run_until_deadline};

/// The least time that an attempt needs. With less left, nothing is sent.
const MIN_ATTEMPT: Duration = Duration::from_millis(1);

/// A `CANCELLED` that arrives this long before the deadline is the server's view of the same deadline.
const TOLERANCE: Duration = Duration::from_millis(5);

/// The longest wait for another attempt in a call without a deadline.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// The timeout that is assumed where a method declares none: for the circuit breaker, and for a quiet stream.
const ASSUMED_TIMEOUT: Duration = Duration::from_secs(1);

/// The deadlines of one call, which bound all its attempts and waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallDeadlines {
    /// The deadline of the call.
    pub(crate) call: Option<Instant>,
    /// The deadline of the response: for a call that streams responses, until its request is on its way.
    pub(crate) response: Option<Instant>,
    /// For a call that streams responses, the deadline of their beginning.
    open: Option<Instant>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    open_timeout: Option<Duration>,
    is_stream: bool,
}

impl CallDeadlines {
    /// Combines the caller's deadline with the method's timeouts, which count from `began`. Fails if no time is left.
    pub(crate) fn new(
        method: &Method,
        cx: &Context,
        default: Option<Duration>,
        began: Instant,
        now: Instant,
    ) -> Result<Self> {
        let of_caller = caller_deadline(cx, now);
        let response = earlier_of(of_caller, declared_deadline(method, cx, default, began));
        let is_stream = !method.kind.returns_one();
        let (call, open) = match is_stream {
            false => (response, None),
            true => {
                let total = earlier_of(after(began, method.total_timeout), after(began, method.max_timeout));
                (earlier_of(of_caller, total), after(began, method.open_timeout))
            }
        };
        if earlier_of(response, open).is_some_and(|deadline| deadline <= now + MIN_ATTEMPT) {
            return Err(timeout_error(method));
        }
        let timeout = timeout(method, cx, default);
        let open_timeout = method.open_timeout.filter(|_| is_stream);
        Ok(Self { call, response, open, timeout, attempt_timeout: method.attempt_timeout, open_timeout, is_stream })
    }

    /// Returns the deadline that the server of an attempt receives.
    pub(crate) fn of_server(&self, start: Instant) -> Option<Instant> {
        if self.is_stream { self.call } else { self.attempt(start) }
    }

    /// Returns whether an attempt had about the method's timeout to run. If not, its expiry says nothing about the
    /// server.
    pub(crate) fn had_full_timeout(&self, start: Instant) -> bool {
        let Some(deadline) = self.attempt(start) else { return true };
        let full = [self.timeout, self.attempt_timeout, self.open_timeout]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(ASSUMED_TIMEOUT);
        // Interceptors may have used a part of the time.
        deadline.saturating_duration_since(start) >= full.mul_f64(0.9)
    }

    /// Returns whether there is time for an attempt after this wait. Without a deadline, pushback is limited.
    pub(crate) fn leaves_time_after(&self, wait: Duration) -> bool {
        let deadline = if self.is_stream { earlier_of(self.call, self.open) } else { self.response };
        let Some(deadline) = deadline else { return wait <= MAX_WAIT };
        Instant::now().checked_add(wait.saturating_add(MIN_ATTEMPT)).is_some_and(|start| start < deadline)
    }

    /// Returns whether only an attempt has expired, and not the call.
    fn is_in_time(&self, now: Instant) -> bool {
        let deadline = if self.is_stream { earlier_of(self.call, self.open) } else { self.response };
        !has_passed(deadline, now)
    }

    /// Returns whether nothing bounds the time until a streamed response begins, so that a quiet stream is no failure.
    pub(crate) fn allows_quiet(&self) -> bool {
        self.is_stream && self.open.is_none() && self.attempt_timeout.is_none()
    }

    /// Runs an attempt that starts now up to its deadline. Returns `None` if it is a stream that was quiet for about its
    /// timeout, and goes on in [`run_quiet`](Self::run_quiet).
    pub(crate) async fn run<T>(
        &self,
        method: &Method,
        (start, is_probe): (Instant, bool),
        is_sent: impl Fn() -> bool,
        attempt: Pin<&mut impl Future<Output = Result<T, AttemptFailure>>>,
    ) -> Option<Result<T, AttemptFailure>> {
        let patience = (is_probe && self.is_stream && self.timeout.is_none()).then(|| start + ASSUMED_TIMEOUT);
        let result = match run_until(earlier_of(self.attempt(start), patience), attempt).await {
            Some(result) => result,
            None if self.may_go_on(start, is_sent()) => return None,
            None => Err(self.expired(method, start, is_sent())),
        };
        Some(result.map_err(|failure| self.explain(method, failure)))
    }

    /// Runs the rest of an attempt whose response may begin late: servers may send headers with the first message.
    pub(crate) async fn run_quiet<T>(
        &self,
        method: &Method,
        start: Instant,
        is_sent: impl Fn() -> bool,
        attempt: Pin<&mut impl Future<Output = Result<T, AttemptFailure>>>,
    ) -> Result<T, AttemptFailure> {
        let result = run_until(earlier_of(self.call, self.opening(start)), attempt).await;
        let result = result.unwrap_or_else(|| Err(self.expired(method, start, is_sent())));
        result.map_err(|failure| self.explain(method, failure))
    }

    /// Returns whether an attempt that has been quiet so far may go on.
    fn may_go_on(&self, start: Instant, is_sent: bool) -> bool {
        let is_sendable = is_sent || self.timeout.is_none();
        let deadline = earlier_of(self.call, self.opening(start));
        self.is_stream && is_sendable && !has_passed(deadline, Instant::now())
    }

    /// Creates the failure of an attempt that expired. A quiet stream whose caller stops waiting says nothing about its
    /// server.
    fn expired(&self, method: &Method, start: Instant, is_sent: bool) -> AttemptFailure {
        let now = Instant::now();
        let cause = match self.attempt_timeout {
            _ if self.is_stream && is_sent && !has_passed(self.opening(start), now) => Cause::Local,
            Some(_) if self.is_in_time(now) => Cause::AttemptExpired,
            _ => Cause::Peer,
        };
        AttemptFailure::new(cause, timeout_error(method))
    }

    fn explain(&self, method: &Method, failure: AttemptFailure) -> AttemptFailure {
        explain_cancellation(method, if self.is_stream { self.call } else { self.response }, failure)
    }

    /// Returns the deadline of an attempt that starts at `start`: for a stream, until its request is on its way.
    fn attempt(&self, start: Instant) -> Option<Instant> {
        if !self.is_stream {
            return earlier_of(self.response, after(start, self.attempt_timeout));
        }
        earlier_of(earlier_of(self.call, self.opening(start)), after(start, self.timeout))
    }

    /// Returns the deadline of the beginning of a streamed response.
    fn opening(&self, start: Instant) -> Option<Instant> {
        earlier_of(self.open, after(start, self.attempt_timeout))
    }
}

fn after(start: Instant, timeout: Option<Duration>) -> Option<Instant> {
    start.checked_add(timeout?)
}

fn has_passed(deadline: Option<Instant>, now: Instant) -> bool {
    deadline.is_some_and(|deadline| deadline <= now)
}

async fn run_until<T>(deadline: Option<Instant>, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match deadline {
        Some(deadline) => run_until_deadline(deadline, work).await,
        None => Some(work.await),
    }
}

/// Returns the deadline by the method's timeout, or else the client's default, of a call that began at `began`.
pub(crate) fn declared_deadline(
    method: &Method,
    cx: &Context,
    default: Option<Duration>,
    began: Instant,
) -> Option<Instant> {
    after(began, timeout(method, cx, default))
}

fn timeout(method: &Method, cx: &Context, default: Option<Duration>) -> Option<Duration> {
    let is_unary = method.kind.returns_one() && method.kind.takes_one();
    let of_config = method.default_timeout.filter(|_| !has_own_deadline(cx));
    let timeout = method.timeout.or(of_config).or(default.filter(|_| is_unary));
    [timeout, method.max_timeout].into_iter().flatten().min()
}

/// Turns a cancellation by the server at the deadline into `DEADLINE_EXCEEDED`: the server may notice it first.
pub(crate) fn explain_cancellation(
    method: &Method,
    deadline: Option<Instant>,
    failure: AttemptFailure,
) -> AttemptFailure {
    let is_over = |deadline: Instant| Instant::now() + TOLERANCE >= deadline;
    let is_cancelled = failure.error.code() == Code::Cancelled && failure.cause != Cause::Local;
    match deadline {
        Some(deadline) if is_cancelled && is_over(deadline) => {
            AttemptFailure { cause: Cause::Peer, error: timeout_error(method), ..failure }
        }
        _ => failure,
    }
}

/// Creates the error of a call that exceeded its deadline.
pub(crate) fn timeout_error(method: &Method) -> Error {
    Error::deadline_exceeded(format!("{} did not answer in time", method.full_name()))
}

/// Returns the deadline that the context carries. A handler keeps a margin of what it inherited, so that it can still
/// answer its own caller.
fn caller_deadline(cx: &Context, now: Instant) -> Option<Instant> {
    let serves_a_caller = cx.peer().is_some();
    let inherited = cx.inherited_deadline().filter(|_| serves_a_caller);
    let less_margin =
        |deadline: Instant| deadline.checked_sub(margin(deadline.saturating_duration_since(now))).unwrap_or(now);
    earlier_of(cx.deadline(), inherited.map(less_margin))
}

/// Returns whether the context has an earlier deadline than the one that it inherited.
fn has_own_deadline(cx: &Context) -> bool {
    cx.deadline() != cx.inherited_deadline()
}

/// Returns 2 percent of the remaining time, between 5 and 50 ms.
fn margin(remaining: Duration) -> Duration {
    (remaining / 50).clamp(Duration::from_millis(5), Duration::from_millis(50))
}

fn earlier_of(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    [one, other].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::time;

    use super::*;

    const UNARY: Method = Method::unary("/test.v1.Test/Get");
    const WATCH: Method = Method::server_streaming("/test.v1.Test/Watch");

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn of(method: &Method, cx: &Context, default: Option<Duration>) -> Result<CallDeadlines> {
        CallDeadlines::new(method, cx, default, Instant::now(), Instant::now())
    }

    fn left(deadline: Option<Instant>) -> Option<Duration> {
        deadline.map(|deadline| deadline - Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn the_earlier_deadline_counts() {
        let default = Some(ms(700));
        for (method, caller, response, call) in [
            (UNARY, None, Some(700), Some(700)),
            (UNARY.timeout_ms(300), None, Some(300), Some(300)),
            (UNARY.timeout_ms(300), Some(200), Some(200), Some(200)),
            (UNARY.timeout_ms(300), Some(400), Some(300), Some(300)),
            (WATCH, None, None, None),
            (WATCH.timeout_ms(300), None, Some(300), None),
            (WATCH.timeout_ms(300), Some(400), Some(300), Some(400)),
            (WATCH.timeout_ms(300), Some(200), Some(200), Some(200)),
        ] {
            let cx = caller.map_or(Context::new(), |timeout| Context::new().with_timeout(ms(timeout)));
            let deadlines = of(&method, &cx, default).expect("time");
            let found = (left(deadlines.response), left(deadlines.call));
            assert_eq!(found, (response.map(ms), call.map(ms)), "{method:?} {caller:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_keeps_a_margin_of_its_deadline() {
        for (caller, expected) in [(20, 15), (1000, 980), (10_000, 9950)] {
            let cx = Context::new().with_peer("10.0.0.7:1234").with_timeout(ms(caller)).child();
            let deadlines = of(&UNARY, &cx, None).expect("time");
            assert_eq!(left(deadlines.call), Some(ms(expected)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn calls_without_time_left_fail() {
        for (method, cx) in [
            (UNARY, Context::new().with_timeout(Duration::ZERO)),
            (UNARY, Context::new().with_timeout(ms(1))),
            (UNARY, Context::new().with_peer("10.0.0.7:1234").with_timeout(ms(6)).child()),
            (UNARY.timeout_ms(0), Context::new()),
        ] {
            let error = of(&method, &cx, None).expect_err("no time");
            assert_eq!(error.code(), Code::DeadlineExceeded);
            assert_eq!(error.message(), "test.v1.Test/Get did not answer in time");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_must_leave_time_for_an_attempt() {
        for (caller, wait, leaves) in [
            (Some(300), ms(298), true),
            (Some(300), ms(299), false),
            (Some(300), Duration::MAX, false),
            (None, ms(60_000), true),
            (None, Duration::MAX, false),
        ] {
            let cx = caller.map_or(Context::new(), |timeout| Context::new().with_timeout(ms(timeout)));
            let deadlines = of(&UNARY, &cx, None).expect("time");
            assert_eq!(deadlines.leaves_time_after(wait), leaves, "{caller:?} {wait:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_had_its_full_timeout() {
        for (method, caller, fair) in [
            (UNARY.timeout_ms(300), None, true),
            (UNARY.timeout_ms(300), Some(290), true),
            (UNARY.timeout_ms(300), Some(100), false),
            (UNARY, Some(100), false),
            (UNARY, Some(1000), true),
            (UNARY, None, true),
        ] {
            let cx = caller.map_or(Context::new(), |timeout| Context::new().with_timeout(ms(timeout)));
            assert_eq!(
                of(&method, &cx, None).expect("time").had_full_timeout(Instant::now()),
                fair,
                "{method:?} {caller:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancellation_at_the_deadline_is_deadline_exceeded() {
        for (after, code) in [(100, Code::Cancelled), (296, Code::DeadlineExceeded), (400, Code::DeadlineExceeded)] {
            let deadlines = of(&UNARY.timeout_ms(300), &Context::new(), None).expect("time");
            let attempt = async {
                time::sleep(ms(after)).await;
                Err::<(), _>(AttemptFailure::new(Cause::Peer, Error::cancelled("")))
            };
            let run = deadlines.run(&UNARY, (Instant::now(), false), || false, pin!(attempt)).await;
            let failure = run.expect("no stream").expect_err("cancelled");
            assert_eq!(failure.error.code(), code, "after {after} ms");
        }
    }
}
