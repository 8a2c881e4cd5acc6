//! The signals that stop a process, and the times that stopping takes.

use std::{io, time::Duration};

/// The time for callers to receive `UNAVAILABLE` when their calls are ended.
pub(super) const STATUS_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The duration of the steps of stopping.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShutdownTimes {
    pub(super) lame_duck: Duration,
    pub(super) drain: Duration,
}

impl Default for ShutdownTimes {
    fn default() -> Self {
        Self { lame_duck: Duration::ZERO, drain: Duration::from_secs(20) }
    }
}

/// SIGINT and SIGTERM, or Ctrl-C on systems without signals.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Catches signals from now on: they no longer end the process by themselves.
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Completes at the next signal.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Catches signals from now on: they no longer end the process by themselves.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Completes at the next signal.
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
