//! Scripts: which calls they respond to, how often, and how.

mod builder;
mod condition;
mod gate;
mod installed;
mod shortcuts;
mod steps;
mod take;
mod times;

pub use builder::Script;
pub use gate::Gate;
pub(super) use installed::{InstalledScript, Pause};
pub(super) use steps::{ExpectedMessage, ScriptEnd, ScriptStep, StepScript};
pub use take::ManualCalls;
pub use times::Times;
