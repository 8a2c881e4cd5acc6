//! The fake of a method, as a test holds it.

use std::{fmt, marker::PhantomData, panic::Location, sync::Arc};

use super::state::FakeState;
use crate::{
    Method,
    fake::{
        CallRecord, CallShape, Gate, Times,
        call::FakeCore,
        lock::lock,
        script::InstalledScript,
        session::{LoggedFake, SessionMember, within_limit},
        text::{calls, report},
    },
};

/// The fake of one method: a test scripts its responses and inspects its calls. Clones are one fake.
///
/// The kind of the method decides what can be scripted, see [`Unary`](crate::fake::Unary),
/// [`ServerStreaming`](crate::fake::ServerStreaming), [`ClientStreaming`](crate::fake::ClientStreaming) and
/// [`BidiStreaming`](crate::fake::BidiStreaming).
pub struct MethodFake<S: CallShape> {
    handle: FakeHandle,
    shape: PhantomData<fn() -> S>,
}

/// A fake without the types of its messages.
pub(in crate::fake) struct FakeHandle {
    state: Arc<FakeState>,
    /// Verifies the session of the fake, if the fake owns it.
    _owner: Option<Arc<dyn Send + Sync>>,
}

/// Inspection of calls.
impl<S: CallShape> MethodFake<S> {
    pub(in crate::fake) fn new(handle: FakeHandle) -> Self {
        Self { handle, shape: PhantomData }
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        self.state().core.method()
    }

    /// Returns the newest 1,000 calls, in the order in which they arrived.
    pub fn calls(&self) -> Vec<CallRecord<S::Message, S::Response>> {
        self.state().calls().into_iter().map(CallRecord::typed).collect()
    }

    /// Returns the requests of these calls, call after call; of streams, those that were read.
    pub fn requests(&self) -> Vec<S::Message> {
        self.calls().into_iter().flat_map(|call| call.requests().to_vec()).collect()
    }

    /// Returns the most calls that ran at once.
    pub fn max_in_flight(&self) -> usize {
        self.state().core.gauge.max()
    }

    /// Fails the test unless the method was called this many times: a number or a range.
    ///
    /// # Panics
    ///
    /// If the number of calls is another.
    #[track_caller]
    pub fn called(&self, times: impl Into<Times>) {
        let (times, count) = (times.into(), self.state().count.get());
        assert!(times.contains(count), "{}", report::not_called(&self.state().core.label, times, count, &self.calls()));
    }

    /// Waits until the method was called this many times, or more.
    ///
    /// # Panics
    ///
    /// If it takes longer than 10 s of tokio's time, with the log.
    #[track_caller]
    pub fn wait_until_called(&self, count: usize) -> impl Future<Output = ()> + Send + use<S> {
        let (fake, location) = (self.clone(), Location::caller());
        async move {
            let reached = fake.state().count.reach(count);
            let awaited = || format!("{} of {}", calls(count), fake.label());
            within_limit(location, reached, awaited, || fake.log()).await;
        }
    }

    /// Fails the test with all failures of this fake so far, see [`Session::verify`](crate::fake::Session::verify).
    ///
    /// # Panics
    ///
    /// If there are failures.
    #[track_caller]
    pub fn verify(&self) {
        let (state, FakeCore { session, member, .. }) = (self.state(), &*self.state().core);
        let mut failures = session.failures.take_of(*member);
        failures.extend(state.take_unmet());
        report::assert_none(&failures, &session.log);
    }

    /// Forgets scripts, calls and failures.
    pub fn reset(&self) {
        let core = &self.state().core;
        self.state().reset();
        core.session.failures.take_of(core.member);
    }

    /// Forgets calls, and keeps scripts.
    pub fn reset_calls(&self) {
        self.state().reset_calls();
    }
}

/// Scripts and sessions.
impl<S: CallShape> MethodFake<S> {
    pub(super) fn state(&self) -> &FakeState {
        &self.handle.state
    }

    /// Returns the method and the name of the fake.
    pub(in crate::fake) fn label(&self) -> &str {
        &self.state().core.label
    }

    /// Returns the label without the service.
    pub(in crate::fake) fn short_label(&self) -> String {
        let LoggedFake { method, name } = &*self.state().core.logged;
        let method = method.name();
        name.as_ref().map_or_else(|| method.to_owned(), |name| format!("{method} ({name})"))
    }

    pub(in crate::fake) fn log(&self) -> String {
        self.state().core.session.log.tail()
    }

    pub(in crate::fake) fn attach(&self, gate: &Gate) {
        gate.attach(&self.state().core.session);
    }

    /// Puts a script in force: after those that are written, and before the defaults.
    #[track_caller]
    pub(in crate::fake) fn install(&self, script: InstalledScript) -> Arc<InstalledScript> {
        self.state().install(script)
    }

    pub(in crate::fake) fn uninstall(&self, script: &Arc<InstalledScript>) {
        Arc::make_mut(&mut lock(&self.state().scripts)).retain(|other| !Arc::ptr_eq(other, script));
    }
}

impl FakeHandle {
    pub(in crate::fake) fn new(state: Arc<FakeState>, owner: Option<Arc<dyn Send + Sync>>) -> Self {
        Self { state, _owner: owner }
    }
}

/// Clones do not own the session.
impl<S: CallShape> Clone for MethodFake<S> {
    fn clone(&self) -> Self {
        Self::new(FakeHandle::new(self.handle.state.clone(), None))
    }
}

impl<S: CallShape> fmt::Debug for MethodFake<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().fmt(f)
    }
}
