//! Futures that end early when something else happens first.

use std::{future::poll_fn, mem, pin::Pin, task::Poll};

use futures::poll;
#[cfg(feature = "client")]
use tokio::time::{Instant, sleep_until};

/// Returns the output of the work; `None` if the deadline passes first. Work that is ready at once needs no timer.
#[cfg(feature = "client")]
pub(crate) async fn run_until_deadline<T>(deadline: Instant, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    run_until_cancelled(|| sleep_until(deadline), work).await
}

/// Returns the output of the work; `None` if `cancelled` completes first. Work that is ready at once does not create that
/// future.
pub(crate) async fn run_until_cancelled<T, Cancelled: Future<Output = ()>>(
    cancelled: impl FnOnce() -> Cancelled,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    if let Poll::Ready(done) = poll!(work.as_mut()) {
        return Some(done);
    }
    let mut cancelled = Box::pin(cancelled());
    let mut is_first_poll = true;
    poll_fn(|cx| {
        // Busy work uses up the budget of the task, so cancellation is polled first; a finished result still wins.
        let ended = cancelled.as_mut().poll(cx);
        let polled = if mem::take(&mut is_first_poll) { Poll::Pending } else { work.as_mut().poll(cx) };
        match polled {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => ended.map(|()| None),
        }
    })
    .await
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use std::{future::pending, pin::pin, time::Duration};

    use tokio::time::{Instant, sleep};

    use super::run_until_deadline;

    const SECOND: Duration = Duration::from_secs(1);

    async fn after(wait: Option<Duration>, deadline: Duration) -> Option<()> {
        let work = async {
            if let Some(wait) = wait {
                sleep(wait).await;
            }
        };
        run_until_deadline(Instant::now() + deadline, pin!(work)).await
    }

    #[tokio::test(start_paused = true)]
    async fn work_in_time_returns_its_output() {
        for (wait, deadline) in [(None, SECOND), (None, Duration::ZERO), (Some(SECOND), 2 * SECOND)] {
            assert_eq!(after(wait, deadline).await, Some(()), "{wait:?} within {deadline:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn late_work_returns_none() {
        let start = Instant::now();
        assert_eq!(after(Some(2 * SECOND), SECOND).await, None);
        assert_eq!(run_until_deadline::<()>(Instant::now() + SECOND, pin!(pending())).await, None);
        assert_eq!(start.elapsed(), 2 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn late_work_that_never_waits_returns_none() {
        let work = async {
            loop {
                tokio::task::yield_now().await;
                tokio::time::advance(SECOND / 10).await;
            }
        };
        assert_eq!(run_until_deadline::<()>(Instant::now() + SECOND, pin!(work)).await, None);
    }
}
