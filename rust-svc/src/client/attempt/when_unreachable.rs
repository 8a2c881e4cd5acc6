//! Calls that wait for a server.

use crate::{Context, Method};

/// Sets for one call what it does while no server can be reached: `cx.with_value(WhenUnreachable::Wait)`. It counts more than
/// the method's own [`wait_for_ready`](crate::Method::wait_for_ready).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenUnreachable {
    /// It waits for a server, up to its deadline.
    Wait,
    /// It fails with `UNAVAILABLE`.
    Fail,
}

/// Returns whether a call waits while no server can be reached.
pub(crate) fn waits_for_ready(method: &Method, cx: &Context) -> bool {
    match cx.value() {
        Some(WhenUnreachable::Wait) => true,
        Some(WhenUnreachable::Fail) => false,
        None => method.wait_for_ready == Some(true),
    }
}
