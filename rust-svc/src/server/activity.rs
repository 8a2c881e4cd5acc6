//! What happens on a connection.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use tokio::time::{self, Instant};

use crate::call::connection_info::MaxHeaderListSize;

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
    /// Since when the head of a request of HTTP/1 comes, likewise; [`NEVER`] if none does.
    head: AtomicU64,
    /// How large the headers of an answer may be, as far as the caller has said.
    room: AtomicU32,
}

const NEVER: u64 = u64::MAX;

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        let (read, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (ended, head) = (AtomicU64::new(0), AtomicU64::new(NEVER));
        let room = AtomicU32::new(MaxHeaderListSize::default().0);
        Arc::new(Self { began: Instant::now(), read, calls, ended, head, room })
    }

    /// Counts bytes that were read.
    pub(super) fn hear(&self, bytes: usize) {
        self.read.fetch_add(bytes, Relaxed);
    }

    /// Something of HTTP/1 was read: without a call that it can belong to, it is the head of the next one.
    pub(super) fn hear_http1(&self) {
        if self.calls.load(Relaxed) == 0 && self.head.load(Relaxed) == NEVER {
            self.head.store(self.now(), Relaxed);
        }
    }

    /// The caller says how large the headers of an answer may be.
    pub(super) fn hear_room(&self, room: u32) {
        self.room.store(room, Relaxed);
    }

    /// How large the headers of an answer may be.
    pub(super) fn room(&self) -> MaxHeaderListSize {
        MaxHeaderListSize(self.room.load(Relaxed))
    }

    /// A call begins.
    pub(super) fn call(self: &Arc<Self>) -> Call {
        self.calls.fetch_add(1, Relaxed);
        self.read.fetch_max(BEGINNING, Relaxed);
        self.head.store(NEVER, Relaxed);
        Call(self.clone())
    }

    /// Completes if the caller has not said after this time what it wants.
    pub(super) async fn silent(&self, limit: Duration) {
        time::sleep(limit).await;
        if self.read.load(Relaxed) >= BEGINNING {
            std::future::pending().await
        }
    }

    /// Completes when the head of a request of HTTP/1 has been coming for this time.
    pub(super) async fn late(&self, limit: Duration) {
        let mut rest = limit;
        while !rest.is_zero() {
            time::sleep(rest).await;
            rest = limit.saturating_sub(self.since(self.head.load(Relaxed)));
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
        self.since(self.ended.load(Relaxed))
    }

    /// How long ago that was; zero of what has not been.
    fn since(&self, then: u64) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(then))
    }

    /// Milliseconds from the beginning.
    fn now(&self) -> u64 {
        self.began.elapsed().as_millis().try_into().unwrap_or(NEVER)
    }
}

/// A call that is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Call(Arc<Activity>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.ended.store(self.0.now(), Relaxed);
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
    async fn a_head_is_late_and_silence_is_not() {
        let activity = Activity::new();
        let late = |limit: Duration| time::timeout(limit, activity.late(LIMIT));
        assert!(late(LIMIT * 10).await.is_err(), "nothing comes");
        activity.hear_http1();
        let call = activity.call();
        activity.hear_http1();
        drop(call);
        assert!(late(LIMIT * 10).await.is_err(), "the head has come, and what came then was the call's");
        activity.hear_http1();
        time::sleep(LIMIT / 2).await;
        activity.hear_http1();
        assert!(late(LIMIT * 10).await.is_ok(), "half a head, now and then");
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
