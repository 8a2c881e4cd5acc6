//! The state that the clones of a fake share.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, OnceLock},
};

use tokio::time::Instant;

use super::{contract::Contract, count::CallCount};
use crate::{
    Context, Method,
    fake::{
        CallRecord,
        call::{ArrivedCall, CallEnd, FakeCore, SharedRecord},
        erased::AnyMessage,
        lock::lock,
        script::{Forward, InstalledScript, ScriptLocation},
        session::{SessionMember, SessionState},
        text::calls,
    },
};

/// The most calls whose records are kept: the newest.
const MAX_RECORDS: usize = 1000;

/// The scripts and the calls of a method.
pub(in crate::fake) struct FakeState {
    pub(super) core: Arc<FakeCore>,
    /// In the order in which they are tried.
    pub(super) scripts: Mutex<Arc<Vec<Arc<InstalledScript>>>>,
    /// Passes calls without a script on.
    pub(super) forward: OnceLock<Forward>,
    /// Checks messages as production does.
    pub(super) contract: OnceLock<Arc<Contract>>,
    /// Returns the response to calls without a script, in sessions with zero responses.
    pub(super) zero: OnceLock<fn() -> AnyMessage>,
    pub(super) records: Mutex<VecDeque<SharedRecord>>,
    pub(super) count: CallCount,
}

impl FakeState {
    pub(in crate::fake) fn new(method: Method, name: Option<Arc<str>>, session: Arc<SessionState>) -> Self {
        Self {
            core: Arc::new(FakeCore::new(method, name, session)),
            scripts: Mutex::default(),
            forward: OnceLock::new(),
            contract: OnceLock::new(),
            zero: OnceLock::new(),
            records: Mutex::default(),
            count: CallCount::default(),
        }
    }

    /// Adds a call.
    pub(super) fn add_record(&self, cx: &Context, start: Instant, end: Arc<OnceLock<CallEnd>>) -> ArrivedCall {
        let FakeCore { logged, session, .. } = &*self.core;
        // Locked until the record is there, so that calls are in the order of their numbers.
        let mut records = lock(&self.records);
        let number = session.log.add(logged.clone(), end.clone());
        let record = Arc::new(Mutex::new(CallRecord::new(number, cx, start, end.clone())));
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        records.push_back(record.clone());
        let nth = self.count.add();
        ArrivedCall { number, nth, record, end }
    }

    /// Returns the newest calls.
    pub(super) fn calls(&self) -> Vec<CallRecord<AnyMessage, AnyMessage>> {
        lock(&self.records).iter().map(|call| lock(call).clone()).collect()
    }

    /// Puts a script in force: after those that are written, and before the defaults.
    #[track_caller]
    pub(super) fn install(&self, script: InstalledScript) -> Arc<InstalledScript> {
        self.core.session.assert_open(&script.location);
        let script = Arc::new(script);
        let mut scripts = lock(&self.scripts);
        let place = scripts.iter().position(|other| other.options.is_default).unwrap_or(scripts.len());
        Arc::make_mut(&mut scripts).insert(place, script.clone());
        script
    }

    pub(super) fn reset_calls(&self) {
        lock(&self.records).clear();
        self.count.reset();
        self.core.gauge.reset();
    }

    /// Returns the script before this one that leaves no call for it.
    fn hiding(&self, scripts: &[Arc<InstalledScript>], index: usize) -> Option<ScriptLocation> {
        let is_default = scripts[index].options.is_default;
        let before = scripts[..index].iter().filter(|other| other.options.is_default == is_default);
        before.filter(|other| other.hides_others()).map(|other| other.location.clone()).next()
    }
}

impl SessionMember for FakeState {
    fn unmet(&self) -> Vec<String> {
        let scripts = lock(&self.scripts).clone();
        let FakeCore { label, session, running, .. } = &*self.core;
        let unused = scripts.iter().enumerate().filter_map(|(index, script)| {
            let hiding = self.hiding(&scripts, index).filter(|_| script.used() == 0 && !script.options.is_default);
            let reason = hiding.map(|other| format!("the script at {other} before it responds to every call"));
            let location = &script.location;
            match (script.times.wants_more(script.used()), reason) {
                (true, reason) => {
                    let (times, used) = (script.times, calls(script.used()));
                    let reason = reason.map_or_else(String::new, |reason| format!("; {reason}"));
                    Some(format!("{label}: the script at {location} was to respond {times}, and got {used}{reason}"))
                }
                (false, Some(reason)) if session.is_strict() => {
                    Some(format!("{label}: the script at {location} is never reached: {reason}"))
                }
                _ => None,
            }
        });
        let incomplete = running.incomplete().into_iter().filter(|_| session.is_strict());
        let incomplete = incomplete.map(|(number, run)| {
            format!("{label}: the script at {} has not finished for call #{number}: {run}", run.location)
        });
        unused.chain(incomplete).collect()
    }

    fn take_unmet(&self) -> Vec<String> {
        let unmet = self.unmet();
        self.core.running.allow_interruption();
        unmet
    }

    fn reset(&self) {
        *lock(&self.scripts) = Arc::default();
        self.reset_calls();
        self.core.running.clear();
    }
}

impl fmt::Debug for FakeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, count) = (self.core.method().full_name(), self.count.get());
        f.debug_struct("MethodFake").field("method", &method).field("calls", &count).finish_non_exhaustive()
    }
}
