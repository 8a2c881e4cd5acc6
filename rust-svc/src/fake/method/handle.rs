//! The fake of a method, as a test holds it.

use std::{fmt, panic::Location, sync::Arc};

use super::state::{FakeState, HasFakeState};
use crate::{
    Method,
    fake::{
        CallRecord, CallShape, Gate, Times,
        lock::lock,
        script::InstalledScript,
        session::{SessionMember, SessionState, within_limit},
        text::{calls, report},
    },
};

/// The fake of one method: a test scripts its responses and inspects its calls. Clones are one fake.
///
/// The kind of the method decides what can be scripted, see [`Unary`](crate::fake::Unary),
/// [`ServerStreaming`](crate::fake::ServerStreaming), [`ClientStreaming`](crate::fake::ClientStreaming) and
/// [`BidiStreaming`](crate::fake::BidiStreaming).
pub struct MethodFake<S: CallShape> {
    state: Arc<dyn HasFakeState<S>>,
    /// Verifies the session of the fake, if the fake owns it.
    _owner: Option<Arc<dyn Send + Sync>>,
}

/// Inspection of calls.
impl<S: CallShape> MethodFake<S> {
    pub(in crate::fake) fn new(method: Method, name: Option<Arc<str>>, session: Arc<SessionState>) -> Self {
        let member = session.add_member();
        Self { state: Arc::new(FakeState::new(method, name, member, session)), _owner: None }
    }

    /// Makes the fake an owner of its session.
    pub(in crate::fake) fn with_owner(mut self, owner: Arc<dyn Send + Sync>) -> Self {
        self._owner = Some(owner);
        self
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.get().method
    }

    /// Returns the newest 1,000 calls, in the order in which they arrived.
    pub fn calls(&self) -> Vec<CallRecord<S::Message, S::Response>> {
        lock(&self.get().records).iter().map(|call| lock(call).clone()).collect()
    }

    /// Returns the requests of these calls, call after call; of streams, those that were read.
    pub fn requests(&self) -> Vec<S::Message> {
        self.calls().into_iter().flat_map(|call| call.requests().to_vec()).collect()
    }

    /// Returns the most calls that ran at once.
    pub fn max_in_flight(&self) -> usize {
        self.get().gauge.max()
    }

    /// Fails the test unless the method was called this many times: a number or a range.
    ///
    /// # Panics
    ///
    /// If the number of calls is another.
    #[track_caller]
    pub fn called(&self, times: impl Into<Times>) {
        let (times, count) = (times.into(), *self.get().count.borrow());
        assert!(times.contains(count), "{}", report::not_called(&self.get().label, times, count, &self.calls()));
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
            let mut counts = fake.get().count.subscribe();
            let reached = async { drop(counts.wait_for(|now| *now >= count).await) };
            let awaited = || format!("{} of {}", calls(count), fake.get().label);
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
        let state = self.get();
        let mut failures = state.session.failures.take_of(state.member);
        failures.extend(state.take_unmet());
        report::assert_none(&failures, &state.session.log);
    }

    /// Forgets scripts, calls and failures.
    pub fn reset(&self) {
        self.get().reset();
        self.get().session.failures.take_of(self.get().member);
    }

    /// Forgets calls, and keeps scripts.
    pub fn reset_calls(&self) {
        self.get().reset_calls();
    }
}

/// Scripts and sessions.
impl<S: CallShape> MethodFake<S> {
    pub(super) fn get(&self) -> &FakeState<S> {
        self.state.get()
    }

    pub(in crate::fake) fn member(&self) -> Arc<dyn SessionMember> {
        self.state.clone()
    }

    /// Returns the method and the name of the fake.
    pub(in crate::fake) fn label(&self) -> &str {
        &self.get().label
    }

    /// Returns the label without the service.
    pub(in crate::fake) fn short_label(&self) -> String {
        let method = self.get().method.name();
        self.get().name.as_ref().map_or_else(|| method.to_owned(), |name| format!("{method} ({name})"))
    }

    pub(in crate::fake) fn log(&self) -> String {
        self.get().session.log.tail()
    }

    pub(in crate::fake) fn attach(&self, gate: &Gate) {
        gate.attach(&self.get().session);
    }

    /// Puts a script in force: after those that are written, and before the defaults.
    #[track_caller]
    pub(in crate::fake) fn install(&self, script: InstalledScript<S>) -> Arc<InstalledScript<S>> {
        self.get().session.assert_open(&script.location);
        let script = Arc::new(script);
        let mut scripts = lock(&self.get().scripts);
        let place = scripts.iter().position(|other| other.options.is_default).unwrap_or(scripts.len());
        Arc::make_mut(&mut scripts).insert(place, script.clone());
        script
    }

    pub(in crate::fake) fn uninstall(&self, script: &Arc<InstalledScript<S>>) {
        Arc::make_mut(&mut lock(&self.get().scripts)).retain(|other| !Arc::ptr_eq(other, script));
    }
}

/// Clones do not own the session.
impl<S: CallShape> Clone for MethodFake<S> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), _owner: None }
    }
}

impl<S: CallShape> fmt::Debug for MethodFake<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, count) = (self.method().full_name(), *self.get().count.borrow());
        f.debug_struct("MethodFake").field("method", &method).field("calls", &count).finish_non_exhaustive()
    }
}
