//! The session of a test.

use std::{
    fmt::{self, Debug},
    sync::{Arc, Mutex},
    thread,
};

use super::{
    order::{self, CallPattern},
    state::{SessionMember, SessionState},
};
use crate::{
    Method,
    fake::{
        CallShape, MethodFake,
        lock::lock,
        method::{FakeHandle, FakeState},
        sweep::Injection,
        text::report,
    },
};

/// The session of a test: the strictness of its fakes, and the log of all their calls.
///
/// A test keeps the session until its end. `InventoryServiceFake::with_session(&session)`, which is generated, makes a
/// fake in it. A fake from `InventoryServiceFake::new()` has a strict session of its own.
pub struct Session {
    core: Arc<SessionCore>,
    /// The name of the fakes that it makes.
    name: Option<Arc<str>>,
    /// `None` in sessions that only name fakes.
    owner: Option<Arc<SessionOwner>>,
    is_owned_by_fakes: bool,
}

struct SessionCore {
    state: Arc<SessionState>,
    /// Held here and not in the state, which the members hold.
    members: Mutex<Vec<Arc<dyn SessionMember>>>,
}

/// Verifies the session when it is dropped.
struct SessionOwner(Arc<SessionCore>);

impl Session {
    /// Creates a strict session: it fails the test unless all calls and scripts went as the test says.
    ///
    /// When the session is dropped, or [verified](Self::verify), it fails the test if
    /// - a call had no script; its caller gets `UNIMPLEMENTED`,
    /// - a script was not used as often as it says, did not reach its end, or can never be reached,
    /// - an expectation of a script was not met, or a condition or handler panicked, on any task,
    /// - a call still waits for the test to take it.
    #[must_use = "the session verifies its fakes when it is dropped: keep it until the end of the test"]
    pub fn new() -> Self {
        Self::with_mode(true, false)
    }

    /// Creates a session that answers a call without a script with `UNIMPLEMENTED` and verifies nothing unless asked.
    /// Expectations that were not met are printed when it is dropped.
    pub fn lenient() -> Self {
        Self::with_mode(false, false)
    }

    /// Creates a strict session that answers a call without a script with empty fields: with an empty response, or a stream
    /// without messages. The responses of fakes whose type has no default still need a script.
    #[must_use = "the session verifies its fakes when it is dropped: keep it until the end of the test"]
    pub fn zero() -> Self {
        Self::with_mode(true, true)
    }

    fn with_mode(is_strict: bool, has_zero: bool) -> Self {
        let state = Arc::new(SessionState::new(is_strict, has_zero));
        let core = Arc::new(SessionCore { state, members: Mutex::default() });
        let owner = Some(Arc::new(SessionOwner(core.clone())));
        Self { core, name: None, owner, is_owned_by_fakes: false }
    }

    /// Counts the calls for a sweep, and causes its fault.
    pub(in crate::fake) fn with_injection(self, injection: Arc<Injection>) -> Self {
        // The session is new.
        let _ = self.core.state.injection.set(injection);
        self
    }

    /// Returns the session for fakes with a name, which failures and the log show. Use it for several fakes of one
    /// service.
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        let (core, name) = (self.core.clone(), Some(name.into()));
        Self { core, name, owner: None, is_owned_by_fakes: false }
    }

    /// Makes fakes that own the session: it is verified when the last of them is dropped. Their clones do not own it.
    /// Generated code calls it.
    pub fn into_fake<F>(mut self, make: impl FnOnce(&Self) -> F) -> F {
        self.is_owned_by_fakes = true;
        make(&self)
    }

    /// Makes the fake of one method. Generated code calls it for each method of a service.
    pub fn fake<S: CallShape>(&self, method: Method) -> MethodFake<S> {
        MethodFake::new(self.member(method))
    }

    fn member(&self, method: Method) -> FakeHandle {
        let state = Arc::new(FakeState::new(method, self.name.clone(), self.core.state.clone()));
        lock(&self.core.members).push(state.clone());
        let owner = self.owner.clone().filter(|_| self.is_owned_by_fakes);
        FakeHandle::new(state, owner.map(|owner| owner as _))
    }

    /// Runs the body of a test, and verifies the session if it succeeds. If it fails, its error is shown beside what
    /// went otherwise than scripted; scripts that it did not reach are not reported.
    ///
    /// ```
    /// # use rust_svc::{Context, Method, Result, fake::{Session, Unary}};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// Session::new().run(async |session| {
    ///     let check_stock: Unary<String, u32> = session.fake(Method::unary("/inventory.v1.InventoryService/CheckStock"));
    ///     check_stock.returns(7);
    ///     assert_eq!(check_stock.unary(Context::new(), "anvil".into()).await?, 7);
    ///     Ok(())
    /// }).await
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If anything went otherwise than scripted.
    pub async fn run<T, E: Debug>(self, test: impl AsyncFnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        let result = test(&self).await;
        match &result {
            Ok(_) => self.verify(),
            Err(error) => self.core.fail_with(error),
        }
        result
    }

    /// Fails the test with all failures so far, if there are any. A lenient session has no failure for a call without
    /// a script or for a script that did not reach its end.
    ///
    /// # Panics
    ///
    /// If there are failures.
    #[track_caller]
    pub fn verify(&self) {
        report::assert_none(&self.core.failures(), &self.core.state.log);
    }

    /// Returns all failures so far, as [`verify`](Self::verify) would show them, and keeps them.
    pub fn failures(&self) -> Vec<String> {
        let mut failures = self.core.state.failures.list();
        failures.extend(lock(&self.core.members).iter().flat_map(|member| member.unmet()));
        failures
    }

    /// Fails the test unless there are such calls in this order, with or without other calls between them.
    ///
    /// A pattern is a method, [`any_call`](MethodFake::any_call) of a fake, or a call with certain requests, see
    /// [`call_where`](MethodFake::call_where). Patterns joined by [`and`](CallPattern::and) may come in any order.
    ///
    /// # Panics
    ///
    /// If there are no such calls.
    #[track_caller]
    pub fn called_in_order<P: Into<CallPattern>>(&self, patterns: impl IntoIterator<Item = P>) {
        let patterns: Vec<_> = patterns.into_iter().map(Into::into).collect();
        let log = &self.core.state.log;
        if let Some(violation) = order::violation(&patterns, &log.entries()) {
            panic!("{violation}\n  log       {}", log.tail());
        }
    }

    /// Returns the newest calls in the order in which they arrived, in one line: number, method, and how each ended.
    pub fn log(&self) -> String {
        self.core.state.log.tail()
    }

    /// Forgets scripts, calls and failures of all fakes of the session.
    pub fn reset(&self) {
        lock(&self.core.members).iter().for_each(|member| member.reset());
        self.core.state.log.clear();
        self.core.state.failures.take();
    }
}

impl SessionCore {
    fn failures(&self) -> Vec<String> {
        let mut failures = self.state.failures.take();
        failures.extend(lock(&self.members).iter().flat_map(|member| member.take_unmet()));
        failures
    }

    /// Ends a test that failed with `error`.
    fn fail_with(&self, error: &impl Debug) {
        self.state.close();
        let failures = self.state.failures.take();
        if failures.is_empty() {
            return eprintln!("the test failed\n  log       {}", self.state.log.tail());
        }
        let failures: Vec<_> = [format!("the test returned an error: {error:?}")].into_iter().chain(failures).collect();
        report::assert_none(&failures, &self.state.log);
    }
}

impl Drop for SessionOwner {
    fn drop(&mut self) {
        let Self(core) = self;
        if core.state.is_closed() {
            return;
        }
        core.state.close();
        if core.state.is_strict() && !thread::panicking() {
            return report::assert_none(&core.failures(), &core.state.log);
        }
        // A second panic would abort, and a test that failed may not have reached all of its scripts.
        if let Some(report) = report::of(&core.state.failures.take(), &core.state.log) {
            eprintln!("{report}");
        }
    }
}

/// A strict session.
impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_strict = self.core.state.is_strict();
        f.debug_struct("Session").field("is_strict", &is_strict).field("log", &self.log()).finish()
    }
}
