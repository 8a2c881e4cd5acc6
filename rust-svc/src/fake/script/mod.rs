//! Scripts: which calls they respond to, how often, and how.

mod builder;
mod condition;
mod fault;
mod forward;
mod gate;
mod installed;
mod location;
mod shortcuts;
mod steps;
mod take;
mod times;

pub use builder::Script;
pub use fault::Fault;
#[cfg(all(feature = "client", feature = "server"))]
pub(crate) use fault::{FaultKind, FaultPoint};
pub use forward::ServiceFunction;
pub(super) use forward::{Forward, forward_to};
pub use gate::Gate;
pub(super) use installed::{InstalledScript, Pause};
pub(super) use location::ScriptLocation;
pub(super) use steps::{ExpectedMessage, ScriptEnd, ScriptStep, StepScript};
pub use take::ManualCalls;
pub use times::Times;
