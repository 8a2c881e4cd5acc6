//! What happens on a connection.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use tokio::time::{self, Instant};

/// The least that a caller says before its first request can be told apart from silence: the preface of HTTP/2 and the
/// head of a frame.
const BEGINNING: usize = 24 + 9;

/// What happens on a connection.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    /// How many bytes were read.
    read: AtomicUsize,
    /// How many calls are under way.
    calls: AtomicUsize,
    /// When the last call ended, in milliseconds from the beginning.
    ended: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        let (read, calls, ended) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
        Arc::new(Self { began: Instant::now(), read, calls, ended })
    }

    /// Counts bytes that were read.
    pub(super) fn hear(&self, bytes: usize) {
        self.read.fetch_add(bytes, Relaxed);
    }

    /// A call begins.
    pub(super) fn call(self: &Arc<Self>) -> Call {
        self.calls.fetch_add(1, Relaxed);
        self.read.fetch_max(BEGINNING, Relaxed);
        Call(self.clone())
    }

    /// Completes if the caller has not said after this time what it wants.
    pub(super) async fn silent(&self, limit: Duration) {
        time::sleep(limit).await;
        if self.read.load(Relaxed) >= BEGINNING {
            std::future::pending().await
        }
    }

    /// Completes once the caller has said what it wants, or after this time.
    pub(super) async fn heard(&self, limit: Duration) {
        for _ in 0..10 {
            if self.read.load(Relaxed) >= BEGINNING {
                return;
            }
            time::sleep(limit / 10).await;
        }
    }

    /// Completes when there was no call for this time.
    pub(super) async fn idle(&self, limit: Duration) {
        let mut rest = limit;
        while !rest.is_zero() {
            time::sleep(rest).await;
            rest = if self.calls.load(Relaxed) > 0 { limit } else { limit.saturating_sub(self.quiet()) };
        }
    }

    fn quiet(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.ended.load(Relaxed)))
    }
}

/// A call that is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Call(Arc<Activity>);

impl Drop for Call {
    fn drop(&mut self) {
        let now = self.0.began.elapsed().as_millis();
        self.0.ended.store(now.try_into().unwrap_or(u64::MAX), Relaxed);
        self.0.calls.fetch_sub(1, Relaxed);
    }
}

/// The body of an answer, with the call that lasts as long as it.
#[derive(Debug)]
pub(super) struct During<B> {
    pub(super) body: B,
    #[expect(dead_code, reason = "held for its drop")]
    pub(super) call: Call,
}

impl<B: Body + Unpin> Body for During<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_after_its_last_call() {
        let activity = Activity::new();
        let call = activity.call();
        let busy = activity.clone();
        let idle = tokio::spawn(async move { busy.idle(LIMIT).await });
        time::sleep(LIMIT * 10).await;
        assert!(!idle.is_finished(), "a call is under way");
        drop(call);
        let ended = Instant::now();
        idle.await.expect("no panic");
        assert!((LIMIT..LIMIT * 2).contains(&ended.elapsed()), "{:?}", ended.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_is_silent_until_it_said_enough() {
        for (heard, silent) in [(0, true), (BEGINNING - 1, true), (BEGINNING, false)] {
            let activity = Activity::new();
            activity.hear(heard);
            let closed = time::timeout(LIMIT * 2, activity.silent(LIMIT)).await.is_ok();
            assert_eq!(closed, silent, "{heard} bytes");
        }
        let activity = Activity::new();
        drop(activity.call());
        assert!(time::timeout(LIMIT * 2, activity.silent(LIMIT)).await.is_err(), "a short request is one");
    }
}
