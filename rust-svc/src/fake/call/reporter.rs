//! Reports of a call that went otherwise than scripted.

use std::{any::Any, panic::Location, sync::Arc};

use super::progress::ScriptRun;
use crate::{Code, Error, fake::session::SessionState};

/// Reports to the test that a call went otherwise than scripted.
#[derive(Clone, Debug)]
pub(in crate::fake) struct FailureReporter {
    /// The method and the name of its fake.
    pub(in crate::fake) label: Arc<str>,
    /// The number of the call.
    pub(in crate::fake) number: usize,
    pub(in crate::fake) member: usize,
    pub(in crate::fake) state: Arc<SessionState>,
}

impl FailureReporter {
    /// Reports an expectation that was not met, and returns the error for the caller.
    pub(in crate::fake) fn unexpected(&self, what: &str) -> Error {
        self.add(&format!("call #{} was unexpected: {what}", self.number));
        Error::new(Code::FailedPrecondition, format!("{}: {what}", self.label))
    }

    /// Reports a panic in a condition or in the script at `location`, and returns the error for the caller.
    pub(in crate::fake) fn panicked(&self, location: Option<&Location<'_>>, panic: &(dyn Any + Send)) -> Error {
        let script = location.map_or("a condition".to_owned(), |location| format!("the script at {location}"));
        let what = format!("{script} panicked: {}", message(panic));
        self.add(&format!("call #{}: {what}", self.number));
        Error::internal(format!("{}: {what}", self.label))
    }

    /// Reports a script that did not come to its end, in a strict session.
    pub(in crate::fake) fn cut_short(&self, run: &ScriptRun, why: &str) {
        if self.state.is_strict() {
            self.add(&format!("the script at {} was cut short for call #{}: {why} {run}", run.location, self.number));
        }
    }

    fn add(&self, what: &str) {
        self.state.failures.add(self.member, || format!("{}: {what}", self.label));
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("with a value that is no text")
}
