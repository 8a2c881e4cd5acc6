//! The state that the clones of a fake share.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock},
};

use tokio::sync::watch;

use super::contract::Contract;
use crate::{
    Context, Method,
    fake::{
        CallRecord, CallShape,
        call::{CallEnd, ConcurrencyGauge, RunningScripts, SharedRecord},
        lock::lock,
        script::{Forward, InstalledScript, ScriptLocation},
        session::{SessionMember, SessionState},
        text::calls,
    },
};

/// The most calls whose records are kept: the newest.
const MAX_RECORDS: usize = 1000;

/// Access to what the clones of a fake share. The trait keeps a compiler from looking into all fields of a fake, for
/// each of its methods, to decide whether it may go to another thread.
pub(super) trait HasFakeState<S: CallShape>: SessionMember {
    fn get(&self) -> &FakeState<S>;
}

/// The scripts and the calls of a method.
pub(super) struct FakeState<S: CallShape> {
    pub(super) method: Method,
    /// The method and the name of the fake.
    pub(super) label: Arc<str>,
    pub(super) name: Option<Arc<str>>,
    pub(super) member: usize,
    pub(super) session: Arc<SessionState>,
    /// In the order in which they are tried.
    pub(super) scripts: Mutex<Arc<Vec<Arc<InstalledScript<S>>>>>,
    /// Passes calls without a script on.
    pub(super) forward: OnceLock<Forward<S>>,
    /// Checks messages as production does.
    pub(super) contract: OnceLock<Contract<S::Message, S::Response>>,
    /// Returns the response to calls without a script, in sessions with zero responses.
    pub(super) zero: OnceLock<fn() -> S::Response>,
    pub(super) records: Mutex<VecDeque<SharedRecord<S::Message, S::Response>>>,
    /// The number of calls.
    pub(super) count: watch::Sender<usize>,
    pub(super) gauge: Arc<ConcurrencyGauge>,
    pub(super) running: Arc<RunningScripts>,
}

impl<S: CallShape> FakeState<S> {
    pub(super) fn new(method: Method, name: Option<Arc<str>>, member: usize, session: Arc<SessionState>) -> Self {
        let label = match &name {
            Some(name) => format!("{method} ({name})").into(),
            None => method.full_name().into(),
        };
        Self {
            method,
            label,
            name,
            member,
            session,
            scripts: Mutex::default(),
            forward: OnceLock::new(),
            contract: OnceLock::new(),
            zero: OnceLock::new(),
            records: Mutex::default(),
            count: watch::Sender::new(0),
            gauge: Arc::default(),
            running: Arc::default(),
        }
    }

    /// Adds a call, and returns its number in the session and among the calls of the method.
    pub(super) fn add_record(
        &self,
        cx: &Context,
        end: &Arc<OnceLock<CallEnd>>,
    ) -> (usize, usize, SharedRecord<S::Message, S::Response>) {
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

    pub(super) fn reset_calls(&self) {
        lock(&self.records).clear();
        self.count.send_replace(0);
        self.gauge.reset();
    }

    /// Returns the script before this one that leaves no call for it.
    fn hiding(&self, scripts: &[Arc<InstalledScript<S>>], index: usize) -> Option<ScriptLocation> {
        let is_default = scripts[index].options.is_default;
        let before = scripts[..index].iter().filter(|other| other.options.is_default == is_default);
        before.filter(|other| other.hides_others()).map(|other| other.location.clone()).next()
    }
}

impl<S: CallShape> SessionMember for FakeState<S> {
    fn unmet(&self) -> Vec<String> {
        let scripts = lock(&self.scripts).clone();
        let label = &self.label;
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
                (false, Some(reason)) if self.session.is_strict() => {
                    Some(format!("{label}: the script at {location} is never reached: {reason}"))
                }
                _ => None,
            }
        });
        let incomplete = self.running.incomplete().into_iter().filter(|_| self.session.is_strict());
        let incomplete = incomplete.map(|(number, run)| {
            format!("{label}: the script at {} has not finished for call #{number}: {run}", run.location)
        });
        unused.chain(incomplete).collect()
    }

    fn take_unmet(&self) -> Vec<String> {
        let unmet = self.unmet();
        self.running.allow_interruption();
        unmet
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
