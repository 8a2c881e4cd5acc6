//! The fake of one method: its scripts and its calls.

use std::{
    fmt,
    panic::Location,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    Code, Context, Error, Method, Result, Value,
    fake::{
        Call, Gate, OneRequest, Record, Script, Shape, Times,
        call::Reporter,
        flight::{Flight, Gauge},
        lock,
        played::Queue,
        record::Live,
        rule::Rule,
        session::{Entry, Ledger, Member},
        text,
    },
};

/// The fake of one method: a test scripts what it answers, and asks how it was called. Clones are one fake.
///
/// What can be scripted depends on the kind of the method, see [`Unary`](super::Unary),
/// [`ServerStreaming`](super::ServerStreaming), [`ClientStreaming`](super::ClientStreaming) and
/// [`BidiStreaming`](super::BidiStreaming).
pub struct MethodFake<S: Shape>(Arc<dyn Inside<S>>);

/// What the clones of a fake share. It is behind a trait because a compiler looks into all fields of a fake, for each of
/// its methods, to find out whether it may go to another thread.
trait Inside<S: Shape>: Member {
    fn inner(&self) -> &Inner<S>;
}

struct Inner<S: Shape> {
    method: Method,
    ledger: Arc<Ledger>,
    rules: Mutex<Vec<Arc<Rule<S>>>>,
    calls: Mutex<Vec<Live<S::Message>>>,
    gauge: Arc<Gauge>,
    queue: Arc<Queue<S>>,
    queues: AtomicBool,
}

/// Scripting.
impl<S: Shape> MethodFake<S> {
    pub(super) fn new(method: Method, ledger: Arc<Ledger>) -> Self {
        Self(Arc::new(Inner {
            method,
            ledger,
            rules: Mutex::default(),
            calls: Mutex::default(),
            gauge: Arc::default(),
            queue: Arc::default(),
            queues: AtomicBool::new(false),
        }))
    }

    /// Begins a script for any call.
    #[track_caller]
    pub fn script(&self) -> Script<S> {
        Script::new(self.clone(), Location::caller())
    }

    /// Begins a script for calls with this entry of metadata.
    #[track_caller]
    pub fn when_metadata(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().when_metadata(key, value)
    }

    /// Begins a script for calls whose context satisfies `predicate`.
    #[track_caller]
    pub fn when_context(&self, predicate: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Script<S> {
        self.script().when_context(predicate)
    }

    /// Begins a script for so many calls: a number or a range.
    #[track_caller]
    pub fn times(&self, times: impl Into<Times>) -> Script<S> {
        self.script().times(times)
    }

    /// Begins a script for any number of calls.
    #[track_caller]
    pub fn any_times(&self) -> Script<S> {
        self.script().any_times()
    }

    /// Begins a script that answers so much later.
    #[track_caller]
    pub fn delay(&self, duration: Duration) -> Script<S> {
        self.script().delay(duration)
    }

    /// Begins a script that answers when the gate is open.
    #[track_caller]
    pub fn hold(&self, gate: &Gate) -> Script<S> {
        self.script().hold(gate)
    }

    /// Begins a script with an entry in the headers of the answer.
    #[track_caller]
    pub fn header(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().header(key, value)
    }

    /// Begins a script with an entry in the trailers of the answer.
    #[track_caller]
    pub fn trailer(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().trailer(key, value)
    }

    /// Fails one call.
    #[track_caller]
    pub fn fails(&self, error: Error) {
        self.script().fails(error);
    }

    /// Fails this many calls.
    #[track_caller]
    pub fn fails_times(&self, count: usize, error: Error) {
        self.script().fails_times(count, error);
    }

    /// Fails any number of calls.
    #[track_caller]
    pub fn always_fails(&self, error: Error) {
        self.script().always_fails(error);
    }

    /// Never answers; calls end when they are cancelled or their deadline passes.
    #[track_caller]
    pub fn hangs(&self) {
        self.script().hangs();
    }

    #[track_caller]
    pub(super) fn install(&self, rule: Rule<S>) {
        self.inner().ledger.assert_open(rule.location);
        lock(&self.inner().rules).push(Arc::new(rule));
    }

    /// From the first time on, calls that no script before it answers wait in the queue.
    #[track_caller]
    pub(super) fn queue(&self) -> Arc<Queue<S>> {
        let queue = self.inner().queue.clone();
        if !self.inner().queues.swap(true, Ordering::AcqRel) {
            let queue = queue.clone();
            self.script().install(Times::ANY, move |call| queue.clone().enter(call));
        }
        queue
    }
}

/// Scripting by the request.
impl<S: OneRequest> MethodFake<S> {
    /// Begins a script for calls whose request satisfies `predicate`.
    #[track_caller]
    pub fn when(&self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Script<S> {
        self.script().when(predicate)
    }

    /// Begins a script for calls with this request.
    #[track_caller]
    pub fn when_eq(&self, request: S::Message) -> Script<S>
    where
        S::Message: PartialEq + Sync,
    {
        self.script().when_eq(request)
    }
}

/// Asking what happened.
impl<S: Shape> MethodFake<S> {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.inner().method
    }

    /// The calls so far, in the order in which they arrived.
    pub fn calls(&self) -> Vec<Record<S::Message>> {
        lock(&self.inner().calls).iter().map(|call| lock(call).clone()).collect()
    }

    /// The requests so far: of streams, those that were read, call after call.
    pub fn requests(&self) -> Vec<S::Message> {
        self.calls().into_iter().flat_map(|call| call.requests).collect()
    }

    /// How many calls ran at once at most.
    pub fn max_in_flight(&self) -> usize {
        self.inner().gauge.max.load(Ordering::Relaxed)
    }

    /// Fails the test unless the method was called so often: a number or a range.
    ///
    /// # Panics
    ///
    /// That is how it fails the test.
    #[track_caller]
    pub fn called(&self, times: impl Into<Times>) {
        let (times, calls) = (times.into(), self.calls());
        assert!(times.contains(calls.len()), "{}", text::not_called(&self.inner().method, times, &calls));
    }

    /// Fails the test, telling all that is wrong, if a call was unexpected or a script is not used up.
    ///
    /// # Panics
    ///
    /// That is how it fails the test.
    #[track_caller]
    pub fn verify(&self) {
        let mut wrong = self.inner().ledger.take_failures_of(&self.inner().method);
        wrong.extend(self.inner().unused());
        text::assert_none(&wrong);
    }

    /// Forgets scripts and calls.
    pub fn reset(&self) {
        self.inner().reset();
    }

    /// Forgets calls, and keeps scripts.
    pub fn reset_calls(&self) {
        lock(&self.inner().calls).clear();
    }
}

/// Answering.
impl<S: Shape> MethodFake<S> {
    fn inner(&self) -> &Inner<S> {
        self.0.inner()
    }

    pub(super) fn member(&self) -> Arc<dyn Member> {
        self.0.clone()
    }

    /// Records the arrival of a call.
    pub(super) fn begin(&self, cx: Context) -> Flight<S::Message> {
        let outcome = Arc::<OnceLock<_>>::default();
        // Held until the record is there, so that calls stand in the order of their numbers.
        let mut calls = lock(&self.inner().calls);
        let number = self.inner().ledger.enter(Entry { method: self.inner().method, outcome: outcome.clone() });
        let record = Arc::new(Mutex::new(Record::new(number, &cx, outcome)));
        calls.push(record.clone());
        Flight::new(self.inner().method, cx, calls.len(), record, &self.inner().gauge)
    }

    /// What the scripts answer, unless the call is over before.
    pub(super) async fn answer(&self, flight: &Flight<S::Message>, input: Box<S::Input>) -> Result<Box<S::Output>> {
        flight.unless_over(self.play(flight, input)).await
    }

    async fn play(&self, flight: &Flight<S::Message>, input: Box<S::Input>) -> Result<Box<S::Output>> {
        // A copy, so that conditions run without a lock: they are the test's code.
        let call = lock(&flight.record).clone();
        let rule = self.choose(&flight.cx, &input).ok_or_else(|| self.miss(&call, &input, &flight.cx))?;
        let reporter =
            Reporter { method: self.inner().method, number: call.number, ledger: self.inner().ledger.clone() };
        rule.answer(Call::new(input, flight.cx.clone(), flight.nth, reporter)).await
    }

    /// The first rule that the call meets and that is not used up.
    fn choose(&self, cx: &Context, input: &S::Input) -> Option<Arc<Rule<S>>> {
        let request = S::request(input);
        self.rules().into_iter().find(|rule| rule.obstacles(request, cx).is_empty() && rule.claim())
    }

    fn miss(&self, call: &Record<S::Message>, input: &S::Input, cx: &Context) -> Error {
        let text =
            text::miss(&self.inner().method, call, &self.rules(), S::request(input), cx, &self.inner().ledger.log());
        if self.inner().ledger.is_strict() {
            self.inner().ledger.fail(&self.inner().method, text.clone());
        }
        let message = format!("the fake has no script for this call of {}", self.inner().method.full_name());
        Error::new(Code::Unimplemented, message).with_source(text)
    }

    /// A copy, for the same reason.
    fn rules(&self) -> Vec<Arc<Rule<S>>> {
        lock(&self.inner().rules).clone()
    }
}

impl<S: Shape> Member for Inner<S> {
    fn unused(&self) -> Vec<String> {
        let rules = lock(&self.rules);
        let unused = rules.iter().filter(|rule| rule.times.wants_more(rule.used()));
        unused.map(|rule| text::unused(&self.method, rule)).collect()
    }

    fn reset(&self) {
        lock(&self.rules).clear();
        lock(&self.calls).clear();
        self.queue.clear();
        self.queues.store(false, Ordering::Release);
    }
}

impl<S: Shape> Inside<S> for Inner<S> {
    fn inner(&self) -> &Self {
        self
    }
}

impl<S: Shape> Clone for MethodFake<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Shape> fmt::Debug for MethodFake<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = lock(&self.inner().calls).len();
        f.debug_struct("MethodFake").field("method", &self.inner().method.full_name()).field("calls", &calls).finish()
    }
}
