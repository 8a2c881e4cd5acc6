//! Work that is given up when something else happens first.

use std::{future::poll_fn, mem, pin::Pin, task::Poll};

use futures::poll;
#[cfg(feature = "client")]
use tokio::time::{Instant, sleep_until};

/// What the work gives; `None` if the deadline passes first. Only work that has to wait needs a timer.
#[cfg(feature = "client")]
pub(crate) async fn run_until_deadline<T>(deadline: Instant, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    run_until_cancelled(|| sleep_until(deadline), work).await
}

/// What the work gives; `None` if the end comes first, which is asked for only by work that has to wait.
pub(crate) async fn run_until_cancelled<T, End: Future<Output = ()>>(
    end: impl FnOnce() -> End,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    if let Poll::Ready(done) = poll!(work.as_mut()) {
        return Some(done);
    }
    let mut end = Box::pin(end());
    let mut is_asked = true;
    poll_fn(|cx| {
        // Work that never rests uses up what a task may do at a time, so the end is looked for first; but what is done counts.
        let ended = end.as_mut().poll(cx);
        let polled = if mem::take(&mut is_asked) { Poll::Pending } else { work.as_mut().poll(cx) };
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
    async fn work_that_is_done_in_time() {
        for (wait, deadline) in [(None, SECOND), (None, Duration::ZERO), (Some(SECOND), 2 * SECOND)] {
            assert_eq!(after(wait, deadline).await, Some(()), "{wait:?} within {deadline:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_is_late() {
        let start = Instant::now();
        assert_eq!(after(Some(2 * SECOND), SECOND).await, None);
        assert_eq!(run_until_deadline::<()>(Instant::now() + SECOND, pin!(pending())).await, None);
        assert_eq!(start.elapsed(), 2 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_never_rests_is_late_too() {
        let work = async {
            loop {
                tokio::task::yield_now().await;
                tokio::time::advance(SECOND / 10).await;
            }
        };
        assert_eq!(run_until_deadline::<()>(Instant::now() + SECOND, pin!(work)).await, None);
    }
}
