//! How long a call may take.

use std::{future::Future, pin::Pin, time::Duration};

use tokio::time::Instant;

use super::failure::{Cause, Failure};
use crate::{Code, Context, Error, Method, Result, call::run_until::run_until_deadline};

/// With less time left than this nothing is sent.
const FLOOR: Duration = Duration::from_millis(1);

/// A `CANCELLED` that comes this much before the deadline is the server's view of the same deadline.
const TOLERANCE: Duration = Duration::from_millis(5);

/// A call without a deadline does not wait longer than this for its next attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A method that declares no timeout can be expected to answer within this.
const FAIR: Duration = Duration::from_secs(1);

/// The deadlines of one call; all its attempts and waits lie within them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// When the call must have ended.
    pub(crate) whole: Option<Instant>,
    /// When it must have been answered: for a call that streams its answer, when the answer must have begun.
    pub(crate) answer: Option<Instant>,
    fair: Duration,
}

impl Deadlines {
    /// The smaller of what the caller has left now and of the method's timeout since the call began. Fails, so that nothing
    /// is sent, if there is no time left.
    pub(crate) fn of(
        method: &Method,
        cx: &Context,
        default: Option<Duration>,
        began: Instant,
        now: Instant,
    ) -> Result<Self> {
        let inherited = inherited(cx, now);
        let answer = earlier(inherited, declared(method, default, began));
        if answer.is_some_and(|deadline| deadline <= now + FLOOR) {
            return Err(exceeded(method));
        }
        let whole = if method.kind.returns_one() { answer } else { inherited };
        Ok(Self { whole, answer, fair: timeout(method, default).unwrap_or(FAIR) })
    }

    /// True if an attempt has as much time as the method may take; if not, that it did not answer in time says nothing
    /// about it.
    pub(crate) fn is_fair(&self, start: Instant) -> bool {
        let Some(deadline) = self.answer else { return true };
        // Some of the time went into getting here.
        deadline.saturating_duration_since(start) >= self.fair.mul_f64(0.9)
    }

    /// True if there will be time for an attempt after this wait. Nobody waits for ever because a server asks for it.
    pub(crate) fn leaves_time_after(&self, wait: Duration) -> bool {
        let Some(deadline) = self.answer else { return wait <= LONGEST_WAIT };
        Instant::now().checked_add(wait.saturating_add(FLOOR)).is_some_and(|start| start < deadline)
    }

    /// An attempt that must be answered in time.
    pub(crate) async fn within<T>(
        &self,
        method: &Method,
        attempt: Pin<&mut impl Future<Output = Result<T, Failure>>>,
    ) -> Result<T, Failure> {
        let elapsed = || Failure::new(Cause::Peer, exceeded(method));
        let result = match self.answer {
            Some(deadline) => run_until_deadline(deadline, attempt).await.unwrap_or_else(|| Err(elapsed())),
            None => attempt.await,
        };
        result.map_err(|failure| explained(method, self.answer, failure))
    }
}

/// When a call that began then must have been answered by what its method declares, or else by the default of its client.
pub(crate) fn declared(method: &Method, default: Option<Duration>, began: Instant) -> Option<Instant> {
    timeout(method, default).and_then(|timeout| began.checked_add(timeout))
}

fn timeout(method: &Method, default: Option<Duration>) -> Option<Duration> {
    method.timeout.or(default.filter(|_| method.kind.returns_one() && method.kind.takes_one()))
}

/// The failure of a call that has this deadline: the server may notice the deadline first, and then cancels the call.
pub(crate) fn explained(method: &Method, deadline: Option<Instant>, failure: Failure) -> Failure {
    let over = |deadline: Instant| Instant::now() + TOLERANCE >= deadline;
    let cancelled = failure.error.code() == Code::Cancelled && failure.cause != Cause::Local;
    match deadline {
        Some(deadline) if cancelled && over(deadline) => {
            Failure { cause: Cause::Peer, error: exceeded(method), ..failure }
        }
        _ => failure,
    }
}

/// The error of a call that took too long.
pub(crate) fn exceeded(method: &Method) -> Error {
    Error::deadline_exceeded(format!("{} did not answer in time", method.full_name()))
}

/// What the caller has left. A handler keeps a little for itself, so that it can still tell its own caller.
fn inherited(cx: &Context, now: Instant) -> Option<Instant> {
    let deadline = cx.deadline()?;
    let serves_a_caller = cx.peer().is_some();
    let margin = if serves_a_caller { margin(deadline.saturating_duration_since(now)) } else { Duration::ZERO };
    Some(deadline.checked_sub(margin).unwrap_or(now))
}

/// 2 percent, within 5 ms and 50 ms.
fn margin(remaining: Duration) -> Duration {
    (remaining / 50).clamp(Duration::from_millis(5), Duration::from_millis(50))
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
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

    fn of(method: &Method, cx: &Context, default: Option<Duration>) -> Result<Deadlines> {
        Deadlines::of(method, cx, default, Instant::now(), Instant::now())
    }

    fn left(deadline: Option<Instant>) -> Option<Duration> {
        deadline.map(|deadline| deadline - Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn the_smaller_of_both() {
        let default = Some(ms(700));
        for (method, caller, answer, whole) in [
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
            let found = (left(deadlines.answer), left(deadlines.whole));
            assert_eq!(found, (answer.map(ms), whole.map(ms)), "{method:?} {caller:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_keeps_a_margin() {
        for (caller, expected) in [(20, 15), (1000, 980), (10_000, 9950)] {
            let cx = Context::new().with_peer("10.0.0.7:1234").with_timeout(ms(caller)).child();
            let deadlines = of(&UNARY, &cx, None).expect("time");
            assert_eq!(left(deadlines.whole), Some(ms(expected)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_sent_without_time() {
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
    async fn waits_must_leave_time() {
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
    async fn a_budget_is_fair_if_the_method_could_have_used_it() {
        for (method, caller, fair) in [
            (UNARY.timeout_ms(300), None, true),
            (UNARY.timeout_ms(300), Some(290), true),
            (UNARY.timeout_ms(300), Some(100), false),
            (UNARY, Some(100), false),
            (UNARY, Some(1000), true),
            (UNARY, None, true),
        ] {
            let cx = caller.map_or(Context::new(), |timeout| Context::new().with_timeout(ms(timeout)));
            assert_eq!(of(&method, &cx, None).expect("time").is_fair(Instant::now()), fair, "{method:?} {caller:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancellation_at_the_deadline_is_the_deadline() {
        for (after, code) in [(100, Code::Cancelled), (296, Code::DeadlineExceeded), (400, Code::DeadlineExceeded)] {
            let deadlines = of(&UNARY.timeout_ms(300), &Context::new(), None).expect("time");
            let attempt = async {
                time::sleep(ms(after)).await;
                Err::<(), _>(Failure::new(Cause::Peer, Error::cancelled("")))
            };
            let failure = deadlines.within(&UNARY, pin!(attempt)).await.expect_err("cancelled");
            assert_eq!(failure.error.code(), code, "after {after} ms");
        }
    }
}
