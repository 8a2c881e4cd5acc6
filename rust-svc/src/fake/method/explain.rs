//! Explanations of what scripts do with a call.

use std::sync::Arc;

use tokio::time::Instant;

use super::state::FakeState;
use crate::{
    Context,
    fake::{
        CallRecord, CallShape, MethodFake, Times, erased::AnyMessage, lock::lock, script::InstalledScript,
        text::miss::Miss,
    },
};

/// A script, and how often it was used.
#[derive(Clone, Debug)]
pub struct ScriptUse {
    /// The place where it is written.
    pub place: String,
    /// The number of calls that it responds to.
    pub times: Times,
    /// The number of calls that it responded to.
    pub used: usize,
}

impl<S: CallShape> MethodFake<S> {
    /// Returns the scripts in the order in which they are tried.
    pub fn scripts(&self) -> Vec<ScriptUse> {
        let used = |script: &Arc<InstalledScript>| ScriptUse {
            place: script.location.to_string(),
            times: script.times,
            used: script.used(),
        };
        lock(&self.state().scripts).iter().map(used).collect()
    }

    /// Explains which script would respond to a call, or why none would. It makes no call.
    pub fn explain(&self, cx: &Context, request: Option<&S::Message>) -> String {
        self.state().explain(cx, request.cloned().map(AnyMessage::new))
    }

    /// Forgets scripts, and keeps calls.
    pub fn reset_scripts(&self) {
        *lock(&self.state().scripts) = Arc::default();
    }
}

impl FakeState {
    fn explain(&self, cx: &Context, request: Option<AnyMessage>) -> String {
        let (scripts, label) = (lock(&self.scripts).clone(), &self.core.label);
        let contract = self.contract.get().zip(request.clone());
        let violation = contract.and_then(|(contract, request)| contract.check_request(request).err());
        let (request, mut open) = (request.as_ref(), scripts.iter().filter(|it| it.is_open(violation.is_some())));
        if let Some(script) = open.find(|script| script.is_met(request, cx)) {
            return format!("{label}: the script at {} responds to it", script.location);
        }
        let mut call = CallRecord::new(0, cx, Instant::now(), Arc::default());
        request.inspect(|request| call.add(request));
        Miss { label, call: &call, scripts: &scripts, request, cx, violation: violation.as_ref() }.text()
    }
}
