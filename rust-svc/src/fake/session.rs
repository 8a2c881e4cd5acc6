//! What the fakes of a test have in common: how strict they are, and the log of all calls.

use std::{
    fmt,
    panic::Location,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::{
    Method,
    fake::{MethodFake, Outcome, Shape, lock, text},
};

/// What the fakes of a test have in common: how strict they are, and the log of all calls in their order.
///
/// The test keeps it until its end. The generated `InventoryServiceFake::on(&session)` makes a fake in it; several
/// fakes may share one session.
pub struct Session {
    ledger: Arc<Ledger>,
    /// Held here and not in the ledger, which the members hold.
    members: Mutex<Vec<Arc<dyn Member>>>,
}

/// The part of a session that its fakes write to.
pub(super) struct Ledger {
    strict: bool,
    closed: AtomicBool,
    log: Mutex<Vec<Entry>>,
    failures: Mutex<Vec<Failure>>,
}

/// A call in the log of a session.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) method: Method,
    pub(super) outcome: Arc<OnceLock<Outcome>>,
}

/// Something that the test did not expect.
#[derive(Clone)]
pub(super) struct Failure {
    method: &'static str,
    text: String,
}

/// The fake of a method, as its session sees it.
pub(super) trait Member: Send + Sync {
    /// A line for each script that has calls left to answer.
    fn unused(&self) -> Vec<String>;

    /// Forgets scripts and calls.
    fn reset(&self);
}

impl Session {
    /// A session in which a call without a script fails the test, as does a script that is not used up.
    ///
    /// The caller of such a call gets `UNIMPLEMENTED`; the test fails when the session is dropped or
    /// [verified](Session::verify), so that it does wherever the call was made. If the test fails by itself first, what
    /// was unexpected is printed beside.
    #[must_use = "the session verifies its fakes when it is dropped: keep it until the end of the test"]
    pub fn strict() -> Self {
        Self::new(true)
    }

    /// A session in which a call without a script is answered with `UNIMPLEMENTED`, and nothing is verified unasked.
    pub fn lenient() -> Self {
        Self::new(false)
    }

    fn new(strict: bool) -> Self {
        Self { ledger: Arc::new(Ledger::new(strict)), members: Mutex::default() }
    }

    /// The fake of one method. Generated code calls it for each method of a service.
    pub fn fake<S: Shape>(&self, method: Method) -> MethodFake<S> {
        let fake = MethodFake::new(method, self.ledger.clone());
        lock(&self.members).push(fake.member());
        fake
    }

    /// Fails the test, telling all that is wrong, if a call was unexpected or a script is not used up.
    ///
    /// # Panics
    ///
    /// That is how it fails the test.
    #[track_caller]
    pub fn verify(&self) {
        let mut wrong = self.ledger.take_failures();
        wrong.extend(lock(&self.members).iter().flat_map(|member| member.unused()));
        text::assert_none(&wrong);
    }

    /// Fails the test unless these methods were called in this order, with or without other calls between them.
    ///
    /// # Panics
    ///
    /// That is how it fails the test.
    #[track_caller]
    pub fn called_in_order(&self, methods: &[Method]) {
        let log = self.ledger.log();
        let mut calls = log.iter();
        if let Some(missing) = methods.iter().position(|method| !calls.any(|call| call.method.path == method.path)) {
            panic!("{}", text::not_in_order(methods, missing, &log));
        }
    }

    /// All calls so far in the order in which they arrived, in one line: number, method, and how each ended.
    pub fn log(&self) -> String {
        text::log(&self.ledger.log())
    }

    /// Forgets scripts, calls, and what was unexpected, in all fakes of the session.
    pub fn reset(&self) {
        lock(&self.members).iter().for_each(|member| member.reset());
        lock(&self.ledger.log).clear();
        self.ledger.take_failures();
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::lenient()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.ledger.closed.store(true, Ordering::Relaxed);
        if !self.ledger.strict {
            return;
        }
        if !thread::panicking() {
            return self.verify();
        }
        // A second panic would abort, and scripts that a failed test did not reach are no news.
        for failure in self.ledger.take_failures() {
            eprintln!("{failure}");
        }
    }
}

impl Ledger {
    fn new(strict: bool) -> Self {
        Self { strict, closed: AtomicBool::new(false), log: Mutex::default(), failures: Mutex::default() }
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// Adds a call to the log and tells its number.
    pub(super) fn enter(&self, entry: Entry) -> usize {
        let mut log = lock(&self.log);
        log.push(entry);
        log.len()
    }

    pub(super) fn log(&self) -> Vec<Entry> {
        lock(&self.log).clone()
    }

    pub(super) fn fail(&self, method: &Method, text: String) {
        lock(&self.failures).push(Failure { method: method.path, text });
    }

    pub(super) fn take_failures(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.failures)).into_iter().map(|failure| failure.text).collect()
    }

    pub(super) fn take_failures_of(&self, method: &Method) -> Vec<String> {
        let mut failures = lock(&self.failures);
        failures.extract_if(.., |failure| failure.method == method.path).map(|failure| failure.text).collect()
    }

    /// A script that is written after the verification would not be verified.
    ///
    /// # Panics
    ///
    /// If the session is strict and was dropped: a mistake in the test.
    #[track_caller]
    pub(super) fn assert_open(&self, location: &Location<'_>) {
        let closed = self.strict && self.closed.load(Ordering::Relaxed);
        assert!(!closed, "{location}: the strict session of this fake is dropped: keep it in a variable of the test");
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("strict", &self.ledger.strict).field("log", &self.log()).finish()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("strict", &self.strict).finish_non_exhaustive()
    }
}
