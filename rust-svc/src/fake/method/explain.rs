//! Explanations of what scripts do with a call.

use std::sync::Arc;

use crate::{
    Context,
    fake::{CallRecord, CallShape, MethodFake, Times, lock::lock, script::InstalledScript, text::miss::Miss},
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
        let used = |script: &Arc<InstalledScript<S>>| ScriptUse {
            place: script.location.to_string(),
            times: script.times,
            used: script.used(),
        };
        lock(&self.get().scripts).iter().map(used).collect()
    }

    /// Explains which script would respond to a call, or why none would. It makes no call.
    pub fn explain(&self, cx: &Context, request: Option<&S::Message>) -> String {
        let scripts = lock(&self.get().scripts).clone();
        let contract = self.get().contract.get();
        let violation = contract.zip(request).and_then(|(contract, request)| (contract.request)(request.clone()).err());
        let open = scripts.iter().filter(|script| script.is_open(violation.is_some()));
        if let Some(script) = open.into_iter().find(|script| script.is_met(request, cx)) {
            return format!("{}: the script at {} responds to it", self.get().label, script.location);
        }
        let mut call = CallRecord::new(0, cx, Arc::default());
        request.inspect(|request| call.add(*request));
        let label = &self.get().label;
        Miss { label, call: &call, scripts: &scripts, request, cx, violation: violation.as_ref() }.text()
    }

    /// Forgets scripts, and keeps calls.
    pub fn reset_scripts(&self) {
        *lock(&self.get().scripts) = Arc::default();
    }
}
