//! The signals of a server that stops, as calls in progress receive them.

use std::{future::pending, sync::Arc};

#[cfg(any(feature = "adapter", feature = "gateway"))]
use futures::future::OptionFuture;
use tokio::sync::watch;
#[cfg(any(feature = "adapter", feature = "gateway"))]
use tokio::time::{Instant, sleep_until};

#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::Error;

/// A flag that a server sets once, and that many calls share.
#[derive(Clone, Debug)]
struct Flag(Arc<watch::Receiver<bool>>);

/// The signal that the server has begun to drain. A server puts it into the extensions of each request.
#[derive(Clone, Debug)]
pub(crate) struct DrainSignal(Flag);

/// The signal that calls must end now, because the server does. A server puts it into the extensions of each request over
/// HTTP.
#[cfg(any(feature = "adapter", feature = "gateway"))]
#[derive(Clone, Debug, Default)]
pub(crate) struct ShutdownSignal(Option<Flag>);

impl Flag {
    fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(Arc::new(receiver))
    }

    /// Completes when the flag is set. Without a sender it never does: the server is gone, and closes its connections itself.
    async fn recv(&self) {
        let mut receiver = watch::Receiver::clone(&self.0);
        if receiver.wait_for(|is_set| *is_set).await.is_err() {
            pending().await
        }
    }
}

impl DrainSignal {
    /// Creates the signal of a server, which is sent once the value is true.
    pub(crate) fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(Flag::new(receiver))
    }

    /// Completes when the server begins to drain.
    pub(crate) async fn recv(&self) {
        self.0.recv().await;
    }
}

#[cfg(any(feature = "adapter", feature = "gateway"))]
impl ShutdownSignal {
    /// Creates the signal of a server, which is sent once the value is true.
    #[cfg(feature = "server")]
    pub(crate) fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(Some(Flag::new(receiver)))
    }

    /// Completes when calls must end, with the error for their callers.
    pub(crate) async fn recv(&self) -> Error {
        match &self.0 {
            Some(flag) => flag.recv().await,
            None => pending().await,
        }
        handler_interrupted()
    }

    /// Completes when calls must end, or the deadline passes.
    pub(crate) async fn recv_until(&self, deadline: Option<Instant>) {
        let passed = OptionFuture::from(deadline.map(sleep_until));
        tokio::select! {
            _ = self.recv() => (),
            Some(()) = passed => (),
        }
    }
}

/// Returns the error for a call that the server ends before its handler has begun.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) fn server_stopping() -> Error {
    Error::unavailable("the server stops")
}

/// Returns the error for a call that the server ends after its handler may have begun.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) fn handler_interrupted() -> Error {
    server_stopping().without_retry()
}
