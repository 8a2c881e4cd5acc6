//! The fake of one method: its scripts and its calls.

mod checked;
mod contract;
mod count;
mod explain;
mod handle;
mod respond;
mod spy;
mod state;
mod zero;

pub use explain::ScriptUse;
pub(super) use handle::FakeHandle;
pub use handle::MethodFake;
pub(super) use state::FakeState;
