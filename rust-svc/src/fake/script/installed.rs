//! Scripts in force.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::time;

use super::{condition::Condition, gate::Gate, location::ScriptLocation, times::Times};
use crate::{
    Context, Metadata, Result, Value,
    fake::{
        FakeCall,
        call::{Position, ScriptRun},
        erased::{AnyMessage, CallMessages},
    },
};

/// Responds to a call.
pub(in crate::fake) type Responder =
    dyn Fn(CallMessages, FakeCall<()>) -> BoxFuture<'static, Result<CallMessages>> + Send + Sync;

/// A script in force: which calls it responds to, how many, and how.
pub(in crate::fake) struct InstalledScript {
    pub(in crate::fake) location: ScriptLocation,
    pub(in crate::fake) times: Times,
    used: Arc<AtomicUsize>,
    pub(in crate::fake) options: ScriptOptions,
    respond: Box<Responder>,
    /// Whether a response that is always the same has passed the checks.
    has_passed: AtomicBool,
}

/// The part of a script that is alike in all kinds of methods.
pub(in crate::fake) struct ScriptOptions {
    pub(in crate::fake) conditions: Vec<Condition>,
    pub(in crate::fake) pauses: Vec<Pause>,
    pub(in crate::fake) headers: Metadata,
    pub(in crate::fake) trailers: Metadata,
    /// Whether it is tried after all other scripts.
    pub(in crate::fake) is_default: bool,
    /// Whether it sees requests that violate the contract.
    pub(in crate::fake) accepts_invalid: bool,
    /// Whether its responses may violate the contract.
    pub(in crate::fake) sends_invalid: bool,
    /// Whether a caller may leave before its end.
    pub(in crate::fake) may_be_interrupted: bool,
    /// Whether the response is one message that is always the same.
    pub(in crate::fake) has_fixed_response: bool,
}

/// A pause of a script.
#[derive(Clone)]
pub(in crate::fake) enum Pause {
    Time(Duration),
    Gate(Gate),
}

impl InstalledScript {
    pub(in crate::fake) fn new(
        location: ScriptLocation,
        times: Times,
        options: ScriptOptions,
        respond: Box<Responder>,
    ) -> Self {
        Self { location, times, used: Arc::default(), options, respond, has_passed: AtomicBool::new(false) }
    }

    /// Returns whether it needs a request to decide about a call that satisfies its other conditions.
    pub(in crate::fake) fn needs_request(&self, cx: &Context) -> bool {
        let conditions = &self.options.conditions;
        conditions.iter().any(|condition| condition.needs_request)
            && conditions.iter().all(|condition| condition.needs_request || condition.is_met(None, cx))
    }

    pub(in crate::fake) fn is_met(&self, request: Option<&AnyMessage>, cx: &Context) -> bool {
        self.options.conditions.iter().all(|condition| condition.is_met(request, cx))
    }

    /// Returns the differences between the call and each condition that is not met.
    pub(in crate::fake) fn differences(&self, request: Option<&AnyMessage>, cx: &Context) -> Vec<Vec<String>> {
        let differences = self.options.conditions.iter().map(|condition| condition.differences(request, cx));
        differences.filter(|found| !found.is_empty()).collect()
    }

    /// Takes one of the calls that the script may respond to; false if it is used up.
    pub(in crate::fake) fn claim(&self) -> bool {
        let more = |used| self.times.allows_more(used).then_some(used + 1);
        self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    pub(in crate::fake) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    pub(in crate::fake) fn is_used_up(&self) -> bool {
        !self.times.allows_more(self.used())
    }

    /// Returns whether it has calls left, and sees requests like this. `is_invalid`: the request violates the contract.
    pub(in crate::fake) fn is_open(&self, is_invalid: bool) -> bool {
        !self.is_used_up() && (!is_invalid || self.options.accepts_invalid)
    }

    /// Returns whether its next response may violate the contract without its consent.
    pub(in crate::fake) fn needs_check(&self) -> bool {
        !self.options.sends_invalid && !self.has_passed.load(Ordering::Acquire)
    }

    /// Notes that a response passed the checks, which is not checked again if it is always the same.
    pub(in crate::fake) fn pass_check(&self) {
        self.has_passed.store(self.options.has_fixed_response, Ordering::Release);
    }

    /// Returns whether no call reaches the scripts after it.
    pub(in crate::fake) fn hides_others(&self) -> bool {
        self.options.conditions.is_empty() && self.times.is_unlimited()
    }

    /// Describes the beginning of a call.
    pub(in crate::fake) fn begin(&self) -> Arc<ScriptRun> {
        let run = ScriptRun::new(self.location.clone(), self.used.clone());
        if self.options.may_be_interrupted {
            run.allow_interruption();
        }
        Arc::new(run)
    }

    pub(in crate::fake) async fn respond(
        self: Arc<Self>,
        input: CallMessages,
        call: FakeCall<()>,
    ) -> Result<CallMessages> {
        for pause in &self.options.pauses {
            call.run.reach(pause.position());
            pause.wait().await;
        }
        set(&self.options.headers, |key, value| call.context().set_header(key, value))?;
        set(&self.options.trailers, |key, value| call.context().set_trailer(key, value))?;
        (self.respond)(input, call).await
    }
}

impl Default for ScriptOptions {
    fn default() -> Self {
        Self {
            conditions: Vec::new(),
            pauses: Vec::new(),
            headers: Metadata::new(),
            trailers: Metadata::new(),
            is_default: false,
            accepts_invalid: false,
            sends_invalid: false,
            may_be_interrupted: false,
            has_fixed_response: false,
        }
    }
}

impl Pause {
    pub(in crate::fake) async fn wait(&self) {
        match self {
            Self::Time(duration) => time::sleep(*duration).await,
            Self::Gate(gate) => gate.pass().await,
        }
    }

    pub(in crate::fake) fn name(&self) -> &'static str {
        match self {
            Self::Time(_) => "wait",
            Self::Gate(_) => "hold",
        }
    }

    fn position(&self) -> Position {
        match self {
            Self::Time(duration) => Position::Delay(*duration),
            Self::Gate(_) => Position::Gate,
        }
    }
}

fn set(entries: &Metadata, entry: impl Fn(&str, Value) -> Result<()>) -> Result<()> {
    entries.iter().try_for_each(|(key, value)| entry(key, value.clone()))
}
