//! Calls of a fake: in progress, recorded, and in the hands of a handler or of the test.

mod fake_call;
mod fake_core;
mod gauge;
mod in_flight;
mod manual;
mod progress;
mod record;
mod reporter;

pub use fake_call::FakeCall;
pub(super) use fake_core::FakeCore;
pub(super) use in_flight::{ArrivedCall, InFlightCall};
pub use manual::{BeginResponse, ManualCall, ReplySender, ResponseSender};
pub(super) use manual::{ManualQueue, WaitingCall};
pub(super) use progress::{Position, ScriptRun};
pub(super) use record::{CallEnd, SharedRecord};
pub use record::{CallOutcome, CallRecord};
pub(super) use reporter::FailureReporter;
