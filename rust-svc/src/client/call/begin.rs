//! The beginning of a call: its interceptors and deadlines.

use std::pin::pin;

use tokio::time::Instant;

use crate::{
    Context, Error, Method, Result,
    call::run_until::run_until_cancelled,
    client::{
        policy::{CallDeadlines, declared_deadline, timeout_error},
        state::ClientState,
    },
    intercept::{ActiveCall, Side},
};

/// Begins a call: runs the interceptors, and returns the time when they had passed it. The call's timeout counts from
/// its beginning.
pub(in crate::client) async fn begin(
    client: &ClientState,
    method: &Method,
    cx: Context,
) -> Result<(ActiveCall, CallDeadlines, Instant)> {
    let began = Instant::now();
    let mut pending = client.chain.clone().open(method, Side::Client, None, cx, began);
    let cancellation = pending.cx().cancellation();
    let deadline = declared_deadline(method, pending.cx(), client.timeout, began);
    let passed = run_until_cancelled(|| cancellation.or_at(deadline).cancelled(), pin!(pending.pass(began))).await;
    let Some(passed) = passed else {
        let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
        let error = if is_late { timeout_error(method) } else { cancelled_error(method, pending.cx()) };
        pending.end(error.code());
        return Err(error);
    };
    let (start, active) = (passed?, pending.run());
    let deadlines = CallDeadlines::new(method, active.cx(), client.timeout, began, start);
    let deadlines = deadlines.inspect_err(|error| active.ended(Some(error.code()), start))?;
    Ok((active, deadlines, start))
}

/// Creates the error of a call that no caller waits for.
pub(super) fn cancelled_error(method: &Method, cx: &Context) -> Error {
    if cx.remaining().is_some_and(|remaining| remaining.is_zero()) {
        return timeout_error(method);
    }
    Error::cancelled(format!("the caller of {} went away", method.full_name()))
}
