//! Sessions: the state that the fakes of a test share.

mod failures;
mod handle;
mod log;
mod order;
mod state;
mod wait;

pub use handle::Session;
pub(super) use log::{CallLog, LoggedFake};
pub use order::CallPattern;
pub(super) use state::{SessionMember, SessionState};
pub(super) use wait::{LIMIT, within_limit};
