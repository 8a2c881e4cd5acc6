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

/// The timeout that is assumed for the circuit breaker where a method declares none.
const ASSUMED_TIMEOUT: Duration = Duration::from_secs(1);

/// The deadlines of one call, which bound all its attempts and waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallDeadlines {
    /// The deadline of the call.
    pub(crate) call: Option<Instant>,
    /// The deadline of the response: for a call that streams responses, until its request is on its way.
    pub(crate) response: Option<Instant>,
    timeout: Option<Duration>,
    is_stream: bool,
}

impl CallDeadlines {
    /// Combines the caller's deadline with the method's timeout, which counts from `began`. Fails if no time is left.
    pub(crate) fn new(
        method: &Method,
        cx: &Context,
        default: Option<Duration>,
        began: Instant,
        now: Instant,
    ) -> Result<Self> {
        let inherited = inherited_deadline(cx, now);
        let response = earlier_of(inherited, declared_deadline(method, default, began));
        if response.is_some_and(|deadline| deadline <= now + MIN_ATTEMPT) {
            return Err(timeout_error(method));
        }
        let is_stream = !method.kind.returns_one();
        let call = if is_stream { inherited } else { response };
        Ok(Self { call, response, timeout: timeout(method, default), is_stream })
    }

    /// Returns whether an attempt had about the method's timeout to run. If not, its expiry says nothing about the
    /// server.
    pub(crate) fn had_full_timeout(&self, start: Instant) -> bool {
        let Some(deadline) = self.attempt(start) else { return true };
        // Interceptors may have used a part of the time.
        deadline.saturating_duration_since(start) >= self.timeout.unwrap_or(ASSUMED_TIMEOUT).mul_f64(0.9)
    }

    /// Returns whether there is time for an attempt after this wait. Without a deadline, pushback is limited.
    pub(crate) fn leaves_time_after(&self, wait: Duration) -> bool {
        let deadline = if self.is_stream { self.call } else { self.response };
        let Some(deadline) = deadline else { return wait <= MAX_WAIT };
        Instant::now().checked_add(wait.saturating_add(MIN_ATTEMPT)).is_some_and(|start| start < deadline)
    }

    /// Runs an attempt that starts now up to its deadline. A stream whose request is on its way may be quiet for as long
    /// as its caller waits, because servers may send headers with the first message.
    pub(crate) async fn run<T>(
        &self,
        method: &Method,
        start: Instant,
        is_sent: impl Fn() -> bool,
        mut attempt: Pin<&mut impl Future<Output = Result<T, AttemptFailure>>>,
    ) -> Result<T, AttemptFailure> {
        let result = match run_until(self.attempt(start), attempt.as_mut()).await {
            Some(result) => result,
            None if self.is_stream && is_sent() => {
                let quiet = || AttemptFailure::new(Cause::Local, timeout_error(method));
                run_until(self.call, attempt).await.unwrap_or_else(|| Err(quiet()))
            }
            None => Err(AttemptFailure::new(Cause::Peer, timeout_error(method))),
        };
        let deadline = if self.is_stream { self.call } else { self.response };
        result.map_err(|failure| explain_cancellation(method, deadline, failure))
    }

    /// Returns the deadline of an attempt that starts at `start`: for a stream, until its request is on its way.
    fn attempt(&self, start: Instant) -> Option<Instant> {
        if !self.is_stream {
            return self.response;
        }
        earlier_of(self.call, self.timeout.and_then(|timeout| start.checked_add(timeout)))
    }
}

async fn run_until<T>(deadline: Option<Instant>, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match deadline {
        Some(deadline) => run_until_deadline(deadline, work).await,
        None => Some(work.await),
    }
}

/// Returns the deadline by the method's timeout, or else the client's default, of a call that began at `began`.
pub(crate) fn declared_deadline(method: &Method, default: Option<Duration>, began: Instant) -> Option<Instant> {
    timeout(method, default).and_then(|timeout| began.checked_add(timeout))
}

fn timeout(method: &Method, default: Option<Duration>) -> Option<Duration> {
    method.timeout.or(default.filter(|_| method.kind.returns_one() && method.kind.takes_one()))
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

/// Returns the caller's deadline. A handler keeps a margin, so that it can still answer its own caller.
fn inherited_deadline(cx: &Context, now: Instant) -> Option<Instant> {
    let deadline = cx.deadline()?;
    let serves_a_caller = cx.peer().is_some();
    let margin = if serves_a_caller { margin(deadline.saturating_duration_since(now)) } else { Duration::ZERO };
    Some(deadline.checked_sub(margin).unwrap_or(now))
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
            (UNARY, Context::new().with_peer("10.0.0.7:1234").with_timeout(ms(6))),
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
            let failure = deadlines.run(&UNARY, Instant::now(), || false, pin!(attempt)).await.expect_err("cancelled");
            assert_eq!(failure.error.code(), code, "after {after} ms");
        }
    }
}
