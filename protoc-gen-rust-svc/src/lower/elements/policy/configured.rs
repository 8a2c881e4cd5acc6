//! Service configs over the options of a method.

use std::time::Duration;

use rust_svc::{Code, MethodConfig};

use super::codes::{CODES, SAFE};
use crate::model::{Hedge, Idempotency, Policy, Retry};

/// Applies what service configs set for a method, the most specific entry first. Caps and the idempotency of the method
/// stay.
pub(in crate::lower::elements) fn configure(policy: &mut Policy, entries: &[&MethodConfig]) {
    for entry in entries.iter().rev() {
        configure_timeout(policy, entry);
        configure_limits(policy, entry);
        configure_repetition(policy, entry);
    }
}

fn configure_timeout(policy: &mut Policy, entry: &MethodConfig) {
    let Some(timeout) = entry.timeout.map(millis) else { return };
    policy.limits.retain(|(name, _)| *name != "default_timeout_ms");
    policy.timeout_ms = (!entry.is_default_timeout).then_some(timeout);
    if entry.is_default_timeout {
        policy.limits.insert(0, ("default_timeout_ms", timeout));
    }
    mark(policy, "Timeout");
}

fn configure_limits(policy: &mut Policy, entry: &MethodConfig) {
    if let Some(waits) = entry.wait_for_ready {
        policy.wait_for_ready = Some(waits);
        mark(policy, "WaitForReady");
    }
    let sizes = [
        ("max_request_bytes", "MaxRequestBytes", entry.max_request_bytes),
        ("max_response_bytes", "MaxResponseBytes", entry.max_response_bytes),
    ];
    for (call, field, bytes) in sizes {
        let Some(bytes) = bytes else { continue };
        policy.limits.retain(|(name, _)| *name != call);
        policy.limits.push((call, bytes.into()));
        mark(policy, field);
    }
}

fn configure_repetition(policy: &mut Policy, entry: &MethodConfig) {
    if entry.retry.is_none() && entry.hedge.is_none() {
        return;
    }
    let may_repeat = policy.idempotency != Idempotency::Unknown;
    policy.retry = entry.retry.map(|retry| {
        let codes = codes(|code| retry.covers(code));
        let codes: Vec<_> = codes.into_iter().filter(|code| may_repeat || *code == SAFE).collect();
        // Without a code that may be retried, there are no retries.
        let max_attempts = if codes.is_empty() { 1 } else { retry.max_attempts };
        let codes = if codes == [SAFE] { Vec::new() } else { codes };
        let backoff = (millis(retry.initial_backoff), millis(retry.max_backoff), retry.multiplier);
        Retry { max_attempts, backoff: Some(backoff), codes }
    });
    let hedge = entry.hedge.filter(|_| may_repeat);
    policy.hedge = hedge.map(|hedge| Hedge {
        max_attempts: hedge.max_attempts,
        delay_ms: if hedge.delay.is_zero() { 0 } else { millis(hedge.delay) },
        codes: codes(|code| hedge.covers(code)),
    });
    if policy.retry.is_none() && policy.hedge.is_none() {
        // The defaults of the service must not apply instead.
        policy.retry = Some(Retry { max_attempts: 1, ..Retry::default() });
    }
    mark(policy, "Repetition");
}

/// Returns the Rust names of the codes of a policy.
fn codes(covers: impl Fn(Code) -> bool) -> Vec<&'static str> {
    let is_covered = |number: usize| i32::try_from(number).ok().and_then(Code::from_number).is_some_and(&covers);
    // The table is in the order of the numbers, from 1.
    CODES.iter().enumerate().filter(|(index, _)| is_covered(index + 1)).map(|(_, (_, code))| *code).collect()
}

/// Rounds a duration up to milliseconds.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

fn mark(policy: &mut Policy, field: &'static str) {
    policy.inherited.retain(|inherited| *inherited != field);
    if !policy.configured.contains(&field) {
        policy.configured.push(field);
    }
}
