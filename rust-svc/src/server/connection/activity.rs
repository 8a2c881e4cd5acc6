//! The activity on a connection: bytes, request heads and calls.

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

/// The bytes after which a caller counts as active: the HTTP/2 preface and a frame header.
const MIN_OPENING: usize = 24 + 9;

/// The activity on a connection.
#[derive(Debug)]
pub(super) struct ConnectionActivity {
    began: Instant,
    /// The number of bytes that were read.
    read: AtomicUsize,
    /// The number of calls in progress.
    calls: AtomicUsize,
    /// When the last call ended, in milliseconds since `began`.
    ended: AtomicU64,
    /// When the head of the current HTTP/1 request began, in milliseconds since `began`; [`NEVER`] without one.
    head: AtomicU64,
    /// The largest headers of a response that the caller accepts.
    max_header_list_size: AtomicU32,
}

const NEVER: u64 = u64::MAX;

impl ConnectionActivity {
    pub(super) fn new() -> Arc<Self> {
        let (read, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (ended, head) = (AtomicU64::new(0), AtomicU64::new(NEVER));
        let max_header_list_size = AtomicU32::new(MaxHeaderListSize::default().0);
        Arc::new(Self { began: Instant::now(), read, calls, ended, head, max_header_list_size })
    }

    /// Counts bytes that were read.
    pub(super) fn record_read(&self, bytes: usize) {
        self.read.fetch_add(bytes, Relaxed);
    }

    /// Records bytes of HTTP/1. Without a call in progress they are the head of the next request.
    pub(super) fn record_http1(&self) {
        if self.calls.load(Relaxed) == 0 && self.head.load(Relaxed) == NEVER {
            self.head.store(self.now(), Relaxed);
        }
    }

    /// Sets the largest headers of a response that the caller accepts.
    pub(super) fn set_max_header_list_size(&self, size: u32) {
        self.max_header_list_size.store(size, Relaxed);
    }

    /// Returns the largest headers of a response that the caller accepts.
    pub(super) fn max_header_list_size(&self) -> MaxHeaderListSize {
        MaxHeaderListSize(self.max_header_list_size.load(Relaxed))
    }

    /// Counts a call until the guard is dropped.
    pub(super) fn begin_call(self: &Arc<Self>) -> TrackedCall {
        self.calls.fetch_add(1, Relaxed);
        self.read.fetch_max(MIN_OPENING, Relaxed);
        self.head.store(NEVER, Relaxed);
        TrackedCall(self.clone())
    }

    /// Completes after this time if the caller has sent no request.
    pub(super) async fn no_request(&self, limit: Duration) {
        time::sleep(limit).await;
        if self.read.load(Relaxed) >= MIN_OPENING {
            std::future::pending().await
        }
    }

    /// Completes when the head of an HTTP/1 request has been incomplete for this time.
    pub(super) async fn head_timeout(&self, limit: Duration) {
        let mut rest = limit;
        while !rest.is_zero() {
            time::sleep(rest).await;
            rest = limit.saturating_sub(self.since(self.head.load(Relaxed)));
        }
    }

    /// Completes once the caller has sent a request, or after this time.
    pub(super) async fn first_request(&self, limit: Duration) {
        for _ in 0..10 {
            if self.read.load(Relaxed) >= MIN_OPENING {
                return;
            }
            time::sleep(limit / 10).await;
        }
    }

    /// Completes when there has been no call for this time.
    pub(super) async fn idle(&self, limit: Duration) {
        let mut rest = limit;
        while !rest.is_zero() {
            time::sleep(rest).await;
            rest = if self.calls.load(Relaxed) > 0 { limit } else { limit.saturating_sub(self.since_last_call()) };
        }
    }

    fn since_last_call(&self) -> Duration {
        self.since(self.ended.load(Relaxed))
    }

    /// Returns the time since an instant; zero if it has not come.
    fn since(&self, then: u64) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(then))
    }

    /// Returns the milliseconds since `began`.
    fn now(&self) -> u64 {
        self.began.elapsed().as_millis().try_into().unwrap_or(NEVER)
    }
}

/// A call in progress, until the guard is dropped.
#[derive(Debug)]
pub(super) struct TrackedCall(Arc<ConnectionActivity>);

impl Drop for TrackedCall {
    fn drop(&mut self) {
        self.0.ended.store(self.0.now(), Relaxed);
        self.0.calls.fetch_sub(1, Relaxed);
    }
}

/// The body of a response, with its call, which lasts as long.
#[derive(Debug)]
pub(super) struct TrackedBody<B> {
    pub(super) body: B,
    #[expect(dead_code, reason = "held for its drop")]
    pub(super) call: TrackedCall,
}

impl<B: Body + Unpin> Body for TrackedBody<B> {
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
        let activity = ConnectionActivity::new();
        let call = activity.begin_call();
        let busy = activity.clone();
        let idle = tokio::spawn(async move { busy.idle(LIMIT).await });
        time::sleep(LIMIT * 10).await;
        assert!(!idle.is_finished(), "a call is in progress");
        drop(call);
        let ended = Instant::now();
        idle.await.expect("no panic");
        assert!((LIMIT..LIMIT * 2).contains(&ended.elapsed()), "{:?}", ended.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_times_out_and_silence_does_not() {
        let activity = ConnectionActivity::new();
        let late = |limit: Duration| time::timeout(limit, activity.head_timeout(LIMIT));
        assert!(late(LIMIT * 10).await.is_err(), "nothing comes");
        activity.record_http1();
        let call = activity.begin_call();
        activity.record_http1();
        drop(call);
        assert!(late(LIMIT * 10).await.is_err(), "the head has come, and what came then was the call's");
        activity.record_http1();
        time::sleep(LIMIT / 2).await;
        activity.record_http1();
        assert!(late(LIMIT * 10).await.is_ok(), "half a head, now and then");
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_is_silent_until_it_has_sent_the_preface() {
        for (heard, silent) in [(0, true), (MIN_OPENING - 1, true), (MIN_OPENING, false)] {
            let activity = ConnectionActivity::new();
            activity.record_read(heard);
            let closed = time::timeout(LIMIT * 2, activity.no_request(LIMIT)).await.is_ok();
            assert_eq!(closed, silent, "{heard} bytes");
        }
        let activity = ConnectionActivity::new();
        drop(activity.begin_call());
        assert!(time::timeout(LIMIT * 2, activity.no_request(LIMIT)).await.is_err(), "a short request is one");
    }
}
