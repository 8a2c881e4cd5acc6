//! Scripts that hand calls over to the test.

use std::{fmt, panic::Location, sync::Arc};

use super::{builder::Script, installed::InstalledScript, times::Times};
use crate::fake::{
    CallShape, MethodFake,
    call::{ManualQueue, WaitingCall},
    session::within_limit,
};

/// Calls that the test controls itself, one after the other. Dropping it ends the script.
pub struct ManualCalls<S: CallShape> {
    fake: MethodFake<S>,
    script: Arc<InstalledScript>,
    queue: Arc<ManualQueue<S::Input, S::Output>>,
}

impl<S: CallShape> MethodFake<S> {
    /// Takes the next call that no script before it responds to, so that the test controls it itself.
    ///
    /// The call may come before the future is awaited. Dropping the future gives the call up.
    ///
    /// # Panics
    ///
    /// If no call comes for 10 s of tokio's time, with the log.
    #[track_caller]
    pub fn take(&self) -> impl Future<Output = S::Manual> + Send + use<S> {
        self.script().take()
    }

    /// Takes all calls that no script before it responds to, as long as the value lives.
    #[track_caller]
    pub fn manual_calls(&self) -> ManualCalls<S> {
        self.script().manual_calls()
    }
}

impl<S: CallShape> Script<S> {
    /// Takes one call for the test to control, see [`MethodFake::take`].
    ///
    /// # Panics
    ///
    /// If no call comes for 10 s of tokio's time, with the log.
    #[track_caller]
    pub fn take(self) -> impl Future<Output = S::Manual> + Send + use<S> {
        let location = Location::caller();
        let mut calls = self.times(Times::ONCE).manual_calls();
        async move { S::manual(calls.wait(location).await) }
    }

    /// Takes calls for the test to control, as long as the value lives: any number, or as many as
    /// [`times`](Self::times) sets.
    #[track_caller]
    pub fn manual_calls(self) -> ManualCalls<S> {
        let queue = Arc::new(ManualQueue::new());
        let entry = queue.clone();
        let (fake, script) = self.install(Times::ANY, move |call| entry.clone().enter(call));
        ManualCalls { fake, script, queue }
    }
}

impl<S: CallShape> ManualCalls<S> {
    /// Waits for the next call, which may have come before.
    ///
    /// # Panics
    ///
    /// If no call comes for 10 s of tokio's time, with the log.
    #[track_caller]
    pub fn take(&mut self) -> impl Future<Output = S::Manual> + Send {
        let location = Location::caller();
        async move { S::manual(self.wait(location).await) }
    }

    async fn wait(&mut self, location: &'static Location<'static>) -> WaitingCall<S::Input, S::Output> {
        let (fake, queue) = (&self.fake, &self.queue);
        within_limit(location, queue.leave(), || format!("a call of {}", fake.label()), || fake.log()).await
    }
}

impl<S: CallShape> Drop for ManualCalls<S> {
    fn drop(&mut self) {
        // A used-up script still explains later calls.
        if !self.script.is_used_up() {
            self.fake.uninstall(&self.script);
        }
        self.queue.clear();
    }
}

impl<S: CallShape> fmt::Debug for ManualCalls<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualCalls({} at {})", self.fake.method(), self.script.location)
    }
}
