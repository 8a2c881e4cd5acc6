//! Cancellation, from a call to every call that it makes.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use futures::future;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};
use triomphe::Arc;

/// Keeps the call of a [`Context`](crate::Context) alive.
///
/// When it is dropped, [`Context::cancelled`](crate::Context::cancelled) completes in the call and in all calls that it made.
pub struct CancelGuard(Arc<Link>);

/// Receives the cancellation of a call and of its callers: a list of links, the one of the call itself first.
#[derive(Clone, Default)]
pub(crate) struct CancelToken(Option<Arc<Link>>);

/// The cancellation and the deadline of a call, without its context.
#[cfg(any(feature = "client", feature = "fake"))]
#[derive(Clone)]
pub(crate) struct Cancellation {
    deadline: Option<Instant>,
    token: CancelToken,
}

struct Link {
    is_cancelled: AtomicBool,
    notify: Notify,
    parent: CancelToken,
}

impl CancelToken {
    /// Creates a token that is never cancelled.
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Adds a link, which is cancelled when the returned guard is dropped.
    pub(crate) fn extend(&mut self) -> CancelGuard {
        let parent = std::mem::take(self);
        let link = Arc::new(Link { is_cancelled: AtomicBool::new(false), notify: Notify::new(), parent });
        self.0 = Some(link.clone());
        CancelGuard(link)
    }

    /// Returns true once any link is cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.links().any(Link::is_cancelled)
    }

    /// Completes when any link is cancelled.
    pub(crate) async fn cancelled(&self) {
        match (&self.0, self.links().count()) {
            (None, _) => future::pending().await,
            (Some(link), 1) => link.cancelled().await,
            _ => drop(future::select_all(self.links().map(|link| Box::pin(link.cancelled()))).await),
        }
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.parent.0.as_deref())
    }
}

#[cfg(any(feature = "client", feature = "fake"))]
impl Cancellation {
    pub(super) fn new(deadline: Option<Instant>, token: CancelToken) -> Self {
        Self { deadline, token }
    }

    /// Adds a deadline.
    pub(crate) fn or_at(self, deadline: Option<Instant>) -> Self {
        let deadline = [self.deadline, deadline].into_iter().flatten().min();
        Self { deadline, ..self }
    }

    /// Returns true once the deadline has passed.
    #[cfg(feature = "fake")]
    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Returns true once the call is cancelled, or its deadline has passed.
    #[cfg(feature = "fake")]
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.token.is_cancelled() || self.is_expired(now)
    }

    /// Completes when the call is cancelled, or its deadline passes.
    pub(crate) async fn cancelled(self) {
        cancelled_or_expired(self.deadline, &self.token).await;
    }
}

/// Completes when the token is cancelled, or the deadline passes.
pub(super) async fn cancelled_or_expired(deadline: Option<Instant>, token: &CancelToken) {
    tokio::select! {
        biased;
        () = token.cancelled() => (),
        () = expired(deadline) => (),
    }
}

async fn expired(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => future::pending().await,
    }
}

impl Link {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Acquire)
    }

    async fn cancelled(&self) {
        // Registered before the flag is read, so that no notification is missed.
        let notified = self.notify.notified();
        if !self.is_cancelled() {
            notified.await;
        }
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        // Every waiter holds a reference to the link.
        if Arc::strong_count(&self.0) > 1 {
            self.0.notify.notify_waiters();
        }
    }
}

impl fmt::Debug for CancelGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CancelGuard(..)")
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::CancelToken;

    #[tokio::test]
    async fn any_dropped_guard_cancels_the_token() {
        for dropped in [0, 1] {
            let mut token = CancelToken::default();
            let mut guards = [Some(token.extend()), Some(token.extend())];
            assert!(!token.is_cancelled() && token.cancelled().now_or_never().is_none());
            let waiting = tokio::spawn({
                let token = token.clone();
                async move { token.cancelled().await }
            });
            tokio::task::yield_now().await;
            guards[dropped].take();
            waiting.await.expect("no panic");
            assert!(token.is_cancelled() && token.cancelled().now_or_never().is_some());
        }
    }

    #[test]
    fn a_caller_is_not_cancelled_with_its_callee() {
        let mut caller = CancelToken::default();
        let _guard = caller.extend();
        let mut callee = caller.clone();
        drop(callee.extend());
        assert!(callee.is_cancelled() && !caller.is_cancelled());
    }
}
