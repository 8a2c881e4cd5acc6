//! Calls that wait for a server.

/// Sets for one call whether it waits while no server can be reached: `cx.with_value(WaitForReady(true))`. It counts more
/// than the method's own [`wait_for_ready`](crate::Method::wait_for_ready).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitForReady(pub bool);
