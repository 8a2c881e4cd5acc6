//! The fake of one method: its scripts and its calls.

use std::{
    collections::VecDeque,
    fmt,
    panic::Location,
    sync::{Arc, Mutex, OnceLock},
};

use tokio::sync::watch;

use crate::{
    Code, Context, Error, Method, Result,
    fake::{
        CallRecord, CallShape, Gate, Times,
        call::{CallEnd, ConcurrencyGauge, FailureReporter, InFlightCall, RunningScripts, SharedRecord},
        lock::lock,
        script::{Forward, InstalledScript, ServiceFunction, forward_to},
        session::{SessionMember, SessionState, within_limit},
        text::{calls, miss::Miss, report},
    },
};

/// The most calls whose records are kept: the newest.
const MAX_RECORDS: usize = 1000;

/// The fake of one method: a test scripts its responses and inspects its calls. Clones are one fake.
///
/// The kind of the method decides what can be scripted, see [`Unary`](super::Unary),
/// [`ServerStreaming`](super::ServerStreaming), [`ClientStreaming`](super::ClientStreaming) and
/// [`BidiStreaming`](super::BidiStreaming).
pub struct MethodFake<S: CallShape> {
    state: Arc<dyn HasFakeState<S>>,
    /// Verifies the session of the fake, if the fake owns it.
    _owner: Option<Arc<dyn Send + Sync>>,
}

/// Access to what the clones of a fake share. The trait keeps a compiler from looking into all fields of a fake, for
/// each of its methods, to decide whether it may go to another thread.
trait HasFakeState<S: CallShape>: SessionMember {
    fn get(&self) -> &FakeState<S>;
}

struct FakeState<S: CallShape> {
    method: Method,
    /// The method and the name of the fake.
    label: Arc<str>,
    name: Option<Arc<str>>,
    member: usize,
    session: Arc<SessionState>,
    /// In the order in which they are tried.
    scripts: Mutex<Arc<Vec<Arc<InstalledScript<S>>>>>,
    /// Passes calls without a script on.
    forward: OnceLock<Forward<S>>,
    records: Mutex<VecDeque<SharedRecord<S::Message>>>,
    /// The number of calls.
    count: watch::Sender<usize>,
    gauge: Arc<ConcurrencyGauge>,
    running: Arc<RunningScripts>,
}

/// Inspection of calls.
impl<S: CallShape> MethodFake<S> {
    pub(super) fn new(method: Method, name: Option<Arc<str>>, session: Arc<SessionState>) -> Self {
        let member = session.add_member();
        let label = match &name {
            Some(name) => format!("{method} ({name})").into(),
            None => method.full_name().into(),
        };
        let (scripts, records, count) = (Mutex::default(), Mutex::default(), watch::Sender::new(0));
        let (gauge, running) = (Arc::default(), Arc::default());
        let forward = OnceLock::new();
        let state =
            FakeState { method, label, name, member, session, scripts, forward, records, count, gauge, running };
        Self { state: Arc::new(state), _owner: None }
    }

    /// Makes the fake an owner of its session.
    pub(super) fn with_owner(mut self, owner: Arc<dyn Send + Sync>) -> Self {
        self._owner = Some(owner);
        self
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.get().method
    }

    /// Returns the newest 1,000 calls, in the order in which they arrived.
    pub fn calls(&self) -> Vec<CallRecord<S::Message>> {
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

    /// Fails the test with all failures of this fake so far, see [`Session::verify`](super::Session::verify).
    ///
    /// # Panics
    ///
    /// If there are failures.
    #[track_caller]
    pub fn verify(&self) {
        let state = self.get();
        let mut failures = state.session.failures.take_of(state.member);
        failures.extend(state.unmet());
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
    fn get(&self) -> &FakeState<S> {
        self.state.get()
    }

    pub(super) fn member(&self) -> Arc<dyn SessionMember> {
        self.state.clone()
    }

    /// Returns the method and the name of the fake.
    pub(super) fn label(&self) -> &str {
        &self.get().label
    }

    /// Returns the label without the service.
    pub(super) fn short_label(&self) -> String {
        let method = self.get().method.name();
        self.get().name.as_ref().map_or_else(|| method.to_owned(), |name| format!("{method} ({name})"))
    }

    pub(super) fn log(&self) -> String {
        self.get().session.log.tail()
    }

    pub(super) fn attach(&self, gate: &Gate) {
        gate.attach(&self.get().session);
    }

    /// Puts a script in force: after those that are written, and before the defaults.
    #[track_caller]
    pub(super) fn install(&self, script: InstalledScript<S>) -> Arc<InstalledScript<S>> {
        self.get().session.assert_open(script.location);
        let script = Arc::new(script);
        let mut scripts = lock(&self.get().scripts);
        let place = scripts.iter().position(|other| other.options.is_default).unwrap_or(scripts.len());
        Arc::make_mut(&mut scripts).insert(place, script.clone());
        script
    }

    pub(super) fn uninstall(&self, script: &Arc<InstalledScript<S>>) {
        Arc::make_mut(&mut lock(&self.get().scripts)).retain(|other| !Arc::ptr_eq(other, script));
    }
}

/// Spies.
impl<S: CallShape> MethodFake<S> {
    /// Passes calls without a script on to a service, an implementation or a client. Generated code calls it.
    pub fn passes_to<T: ?Sized + Send + Sync + 'static>(&self, service: &Arc<T>, call: ServiceFunction<T, S>) {
        // The first service stays, since scripts may use it.
        let _ = self.get().forward.set(forward_to::<T, S>(service, call));
    }

    /// Returns the function that passes calls on, if the fake is a spy.
    pub(super) fn forward(&self) -> Option<Forward<S>> {
        self.get().forward.get().cloned()
    }
}

/// Responses.
impl<S: CallShape> MethodFake<S> {
    /// Records the arrival of a call.
    pub(super) fn begin(&self, cx: Context) -> InFlightCall<S::Message> {
        let state = self.get();
        let cx = match state.method.timeout {
            Some(timeout) if state.method.kind.returns_one() => cx.with_timeout(timeout),
            _ => cx,
        };
        let end = Arc::<OnceLock<_>>::default();
        let (number, nth, record) = state.add_record(&cx, &end);
        let (label, session) = (state.label.clone(), state.session.clone());
        let reporter = FailureReporter { label, number, member: state.member, state: session };
        let counters = (state.running.clone(), &state.gauge);
        InFlightCall::new(state.method, cx, nth, (record, end), reporter, counters)
    }

    /// Responds as the scripts say, unless the call is over before.
    pub(super) async fn respond(
        &self,
        call: &InFlightCall<S::Message>,
        input: Box<S::Input>,
    ) -> Result<Box<S::Output>> {
        call.run(self.play_with_fault(call, input)).await
    }

    /// Responds as the scripts say, unless a sweep fails the call.
    async fn play_with_fault(&self, call: &InFlightCall<S::Message>, input: Box<S::Input>) -> Result<Box<S::Output>> {
        let injection = self.get().session.injection.get();
        match injection.and_then(|injection| injection.next(&self.get().label)) {
            None => self.play(call, input).await,
            Some((error, false)) => Err(error),
            Some((error, true)) => S::fail_after(*self.play(call, input).await?, error).map(Box::new),
        }
    }

    async fn play(&self, call: &InFlightCall<S::Message>, mut input: Box<S::Input>) -> Result<Box<S::Output>> {
        let scripts = lock(&self.get().scripts).clone();
        let mut first = None;
        for script in scripts.iter().filter(|script| !script.is_used_up()) {
            if first.is_none() && S::request(&input).is_none() && script.needs_request(&call.cx) {
                first = Some(S::peek(&mut input).await);
            }
            let request = S::request(&input).or(first.as_ref().and_then(Option::as_ref));
            if script.is_met(request, &call.cx) && script.claim() {
                let handed = call.hand_over(input, script.begin());
                return script.clone().respond(handed).await;
            }
        }
        if let Some(forward) = self.get().forward.get() {
            return forward(call.cx.clone(), *input).await.map(Box::new);
        }
        let request = S::request(&input).or(first.as_ref().and_then(Option::as_ref));
        Err(self.miss(call, &scripts, request))
    }

    fn miss(
        &self,
        call: &InFlightCall<S::Message>,
        scripts: &[Arc<InstalledScript<S>>],
        request: Option<&S::Message>,
    ) -> Error {
        let state = self.get();
        let record = call.record_so_far();
        let text = Miss { label: &state.label, call: &record, scripts, request, cx: &call.cx }.text();
        if state.session.is_strict() {
            state.session.failures.add(state.member, || text.clone());
        }
        // Callers over a wire read it, too.
        Error::new(Code::Unimplemented, text)
    }
}

impl<S: CallShape> FakeState<S> {
    /// Adds a call, and returns its number in the session and among the calls of the method.
    fn add_record(&self, cx: &Context, end: &Arc<OnceLock<CallEnd>>) -> (usize, usize, SharedRecord<S::Message>) {
        // Locked until the record is there, so that calls are in the order of their numbers.
        let mut records = lock(&self.records);
        let number = self.session.log.add(self.method, self.name.clone(), end.clone());
        let record = Arc::new(Mutex::new(CallRecord::new(number, cx, end.clone())));
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        records.push_back(record.clone());
        let mut nth = 0;
        self.count.send_modify(|count| {
            *count += 1;
            nth = *count;
        });
        (number, nth, record)
    }

    fn reset_calls(&self) {
        lock(&self.records).clear();
        self.count.send_replace(0);
        self.gauge.reset();
    }

    /// Returns the script before this one that leaves no call for it.
    fn hiding(&self, scripts: &[Arc<InstalledScript<S>>], index: usize) -> Option<&'static Location<'static>> {
        let is_default = scripts[index].options.is_default;
        let before = scripts[..index].iter().filter(|other| other.options.is_default == is_default);
        before.filter(|other| other.hides_others()).map(|other| other.location).next()
    }
}

impl<S: CallShape> SessionMember for FakeState<S> {
    fn unmet(&self) -> Vec<String> {
        let scripts = lock(&self.scripts).clone();
        let label = &self.label;
        let unused = scripts.iter().enumerate().filter_map(|(index, script)| {
            let hiding = self.hiding(&scripts, index).filter(|_| script.used() == 0 && !script.options.is_default);
            let reason = hiding.map(|other| format!("the script at {other} before it responds to every call"));
            let location = script.location;
            match (script.times.wants_more(script.used()), reason) {
                (true, reason) => {
                    let (times, used) = (script.times, calls(script.used()));
                    let reason = reason.map_or_else(String::new, |reason| format!("; {reason}"));
                    Some(format!("{label}: the script at {location} was to respond {times}, and got {used}{reason}"))
                }
                (false, Some(reason)) if self.session.is_strict() => {
                    Some(format!("{label}: the script at {location} is never reached: {reason}"))
                }
                _ => None,
            }
        });
        let incomplete = self.running.take_incomplete().into_iter().filter(|_| self.session.is_strict());
        let incomplete = incomplete.map(|(number, run)| {
            format!("{label}: the script at {} has not finished for call #{number}: {run}", run.location)
        });
        unused.chain(incomplete).collect()
    }

    fn reset(&self) {
        *lock(&self.scripts) = Arc::default();
        self.reset_calls();
        self.running.clear();
    }
}

impl<S: CallShape> HasFakeState<S> for FakeState<S> {
    fn get(&self) -> &Self {
        self
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
