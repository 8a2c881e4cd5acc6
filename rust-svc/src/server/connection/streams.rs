//! The tasks of HTTP/2 streams, with a timeout for callers that do not read.
//!
//! In HTTP/2 a caller sets a window for each stream. One that opens no window keeps its response, and all that the
//! response holds, while its connection looks healthy. Only the task of the stream can detect that, and end it, also at the
//! deadline of the call: hyper does not poll a body before the caller has taken the last frame.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::Executor;
use tokio::time::{Instant, Sleep, sleep};

use super::super::body::{SendProgress, progress, track_progress};

/// Runs the streams of HTTP/2, and resets those whose caller does not read for too long.
#[derive(Clone, Debug)]
pub(crate) struct StreamExecutor {
    limit: Duration,
}

impl StreamExecutor {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for StreamExecutor {
    fn execute(&self, stream: F) {
        // The future is large, and would be moved several times on its way into a task.
        tokio::spawn(track_progress(run_with_limit(Box::pin(stream), self.limit)));
    }
}

/// Runs a stream until it ends, or drops it, which resets it.
async fn run_with_limit(stream: impl Future, limit: Duration) {
    let (mut stream, mut timer) = (pin!(stream), StallTimer::default());
    let ended = poll_fn(|cx| match stream.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending => timer.poll(cx, progress(), limit).map(|()| false),
    });
    if !ended.await {
        tracing::debug!(?limit, "a caller does not read its response in time; the stream is reset");
    }
}

/// A timer that runs while a chunk waits for the caller; most responses never need it.
#[derive(Default)]
struct StallTimer {
    progress: SendProgress,
    expiry: Option<Pin<Box<Sleep>>>,
}

impl StallTimer {
    /// Completes when the same chunk has waited for `limit`, or waits at the deadline.
    fn poll(&mut self, cx: &mut Context<'_>, progress: SendProgress, limit: Duration) -> Poll<()> {
        if !progress.is_waiting || progress != self.progress {
            *self = Self { progress, expiry: None };
        }
        if !progress.is_waiting {
            return Poll::Pending;
        }
        self.expiry.get_or_insert_with(|| Box::pin(sleep(remaining(progress, limit)))).as_mut().poll(cx)
    }
}

/// Returns how long a chunk may wait from now on.
fn remaining(progress: SendProgress, limit: Duration) -> Duration {
    let left = progress.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    left.map_or(limit, |left| left.min(limit))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http_body_util::{BodyExt, Full};
    use tokio::sync::Notify;

    use super::{
        super::super::body::{ChunkedBody, set_deadline},
        *,
    };

    const LIMIT: Duration = Duration::from_secs(60);

    /// A stream that sends chunks, each after the caller took the one before.
    async fn send(chunks: usize, taken: Arc<Notify>) {
        let mut body = ChunkedBody::new(Full::new(Bytes::from(vec![0; 64 * 1024 * chunks])));
        while let Some(Ok(_)) = body.frame().await {
            taken.notified().await;
        }
    }

    async fn run(stream: impl Future) -> Duration {
        let began = Instant::now();
        track_progress(run_with_limit(stream, LIMIT)).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_chunk_that_waits_too_long_ends_the_stream() {
        assert_eq!(run(send(2, Arc::new(Notify::new()))).await.as_secs(), LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_chunk_that_waits_at_the_deadline_ends_the_stream() {
        for (deadline, end) in [(LIMIT / 2, LIMIT / 2), (LIMIT * 2, LIMIT)] {
            let deadline = Instant::now() + deadline;
            let stream = async {
                set_deadline(Some(deadline));
                send(2, Arc::new(Notify::new())).await;
            };
            assert_eq!(run(stream).await.as_secs(), end.as_secs());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_served() {
        let taken = Arc::new(Notify::new());
        let reader = taken.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                sleep(LIMIT - Duration::from_secs(1)).await;
                reader.notify_one();
            }
        });
        assert!(run(send(10, taken)).await > LIMIT * 9);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pending_response_may_take_any_time() {
        assert_eq!(run(sleep(LIMIT * 10)).await.as_secs(), LIMIT.as_secs() * 10);
    }
}
