//! Whether anybody still waits for a call.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use futures::future;
use tokio::sync::Notify;
use triomphe::Arc;

/// Keeps the call of a [`Context`](crate::Context) alive: when it is dropped,
/// [`Context::cancelled`](crate::Context::cancelled) completes in the call and in all that it called.
pub struct CancelGuard(Arc<Link>);

/// The lifelines of a call and of those that it was called by, the last one first.
#[derive(Clone, Default)]
pub(crate) struct CancelToken(Option<Arc<Link>>);

struct Link {
    is_cut: AtomicBool,
    cut: Notify,
    next: CancelToken,
}

impl CancelToken {
    /// No lifeline.
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// One more, which is cut when the [`CancelGuard`] is dropped.
    pub(crate) fn extend(&mut self) -> CancelGuard {
        let next = std::mem::take(self);
        let link = Arc::new(Link { is_cut: AtomicBool::new(false), cut: Notify::new(), next });
        self.0 = Some(link.clone());
        CancelGuard(link)
    }

    /// True once any of them is cut.
    pub(crate) fn is_cut(&self) -> bool {
        self.links().any(Link::is_cut)
    }

    /// Completes when any of them is cut.
    pub(crate) async fn cut(&self) {
        match (&self.0, self.links().count()) {
            (None, _) => future::pending().await,
            (Some(link), 1) => link.cut().await,
            _ => drop(future::select_all(self.links().map(|link| Box::pin(link.cut()))).await),
        }
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.next.0.as_deref())
    }
}

impl Link {
    fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Acquire)
    }

    async fn cut(&self) {
        // Whoever asks to be told before looking misses nothing.
        let told = self.cut.notified();
        if !self.is_cut() {
            told.await;
        }
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.is_cut.store(true, Ordering::Release);
        // Whoever waits holds on to the link.
        if Arc::strong_count(&self.0) > 1 {
            self.0.cut.notify_waiters();
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
    async fn any_of_them_cuts_the_line() {
        for cut in [0, 1] {
            let mut line = CancelToken::default();
            let mut lifelines = [Some(line.extend()), Some(line.extend())];
            assert!(!line.is_cut() && line.cut().now_or_never().is_none());
            let waiting = tokio::spawn({
                let line = line.clone();
                async move { line.cut().await }
            });
            tokio::task::yield_now().await;
            lifelines[cut].take();
            waiting.await.expect("it ends");
            assert!(line.is_cut() && line.cut().now_or_never().is_some());
        }
    }

    #[test]
    fn a_caller_above_does_not_wait_for_those_below() {
        let mut above = CancelToken::default();
        let _first = above.extend();
        let mut below = above.clone();
        drop(below.extend());
        assert!(below.is_cut() && !above.is_cut());
    }
}
