//! Reports of a call that went otherwise than scripted.

use std::{any::Any, sync::Arc};

use super::{fake_core::FakeCore, progress::ScriptRun};
use crate::{Code, Error, fake::script::ScriptLocation};

/// Reports to the test that a call went otherwise than scripted.
#[derive(Clone, Debug)]
pub(in crate::fake) struct FailureReporter {
    pub(super) fake: Arc<FakeCore>,
    /// The number of the call.
    pub(in crate::fake) number: usize,
}

impl FailureReporter {
    /// Reports an expectation that was not met, and returns the error for the caller.
    pub(in crate::fake) fn unexpected(&self, what: &str) -> Error {
        self.add(&format!("call #{} was unexpected: {what}", self.number));
        Error::new(Code::FailedPrecondition, format!("{}: {what}", self.fake.label))
    }

    /// Reports a request of a stream that violates the contract.
    pub(in crate::fake) fn invalid_request(&self, error: &Error) {
        if self.fake.session.is_strict() {
            let what = format!("call #{} was unexpected: a request of it violates the contract", self.number);
            self.add(&format!("{what}\n  contract  {}", error.message()));
        }
    }

    /// Reports a scripted response that violates the contract, and returns the error for the caller.
    pub(in crate::fake) fn invalid_response(&self, location: &ScriptLocation, error: &Error) -> Error {
        let what = format!("the response of the script at {location} violates the contract: {}", error.message());
        self.add(&format!("call #{}: {what}", self.number));
        Error::internal(format!("{}: {what}", self.fake.label))
    }

    /// Reports a panic in a condition or in the script at `location`, and returns the error for the caller.
    pub(in crate::fake) fn panicked(&self, location: Option<&ScriptLocation>, panic: &(dyn Any + Send)) -> Error {
        let script = location.map_or("a condition".to_owned(), |location| format!("the script at {location}"));
        let what = format!("{script} panicked: {}", message(panic));
        self.add(&format!("call #{}: {what}", self.number));
        Error::internal(format!("{}: {what}", self.fake.label))
    }

    /// Reports a script that did not come to its end, in a strict session.
    pub(in crate::fake) fn cut_short(&self, run: &ScriptRun, why: &str) {
        if self.fake.session.is_strict() {
            self.add(&format!("the script at {} was cut short for call #{}: {why} {run}", run.location, self.number));
        }
    }

    fn add(&self, what: &str) {
        self.fake.session.failures.add(self.fake.member, || format!("{}: {what}", self.fake.label));
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("with a value that is no text")
}
