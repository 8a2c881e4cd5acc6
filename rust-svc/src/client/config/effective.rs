//! The policies in force for a method, each with its source.

use std::{fmt, time::Duration};

use super::{layers::ResolvedMethod, source::PolicySource};
use crate::{
    Breaker, Bulkhead, Code, Hedge, Idempotency, Kind, Method, PolicyField, Retry, client::policy::DEFAULT_RETRY,
};

/// The largest response, as in other implementations of gRPC, unless the client has another limit.
pub(crate) const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// The policies in force for a method of a client, each with its source. It displays as a table.
#[derive(Clone, Debug)]
pub struct EffectivePolicy {
    method: Method,
    values: Vec<PolicyValue>,
    budget: (f64, f64),
    budget_source: PolicySource,
    fallback: Option<&'static str>,
}

/// The policies that a client has for all methods.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientPolicies {
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_response_bytes: usize,
    pub(crate) budget: (f64, f64),
    pub(crate) budget_source: PolicySource,
    pub(crate) fallback: Option<&'static str>,
}

/// A policy in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyValue {
    /// The policy.
    pub field: PolicyField,
    /// Its value, for people: `1.5s`, `none`.
    pub value: String,
    /// Where it came from.
    pub source: PolicySource,
}

impl EffectivePolicy {
    pub(crate) fn new(resolved: &ResolvedMethod, client: ClientPolicies) -> Self {
        let values = PolicyField::ALL.map(|field| value(client, resolved, field)).into();
        let ClientPolicies { budget, budget_source, fallback, .. } = client;
        Self { method: resolved.method, values, budget, budget_source, fallback }
    }

    /// Returns the method with the policies in force.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns all policies, in the order of [`PolicyField::ALL`].
    pub fn values(&self) -> &[PolicyValue] {
        &self.values
    }

    /// Returns the source of a policy.
    pub fn source(&self, field: PolicyField) -> PolicySource {
        self.values[field as usize].source
    }

    /// Returns the retry budget of the client: the most tokens, and those that a success adds.
    pub fn retry_budget(&self) -> (f64, f64) {
        self.budget
    }

    /// Returns the source of the retry budget.
    pub fn retry_budget_source(&self) -> PolicySource {
        self.budget_source
    }

    /// Returns the kind of the fallback that code sets: `constant`, `function` or `last value`.
    pub fn fallback(&self) -> Option<&'static str> {
        self.fallback
    }
}

fn value(client: ClientPolicies, resolved: &ResolvedMethod, field: PolicyField) -> PolicyValue {
    let (method, source) = (&resolved.method, resolved.source(field));
    let of_client = match field {
        PolicyField::Timeout if method.timeout.or(method.default_timeout).is_none() => {
            client.timeout.filter(|_| method.kind.takes_one() && method.kind.returns_one()).map(duration)
        }
        PolicyField::MaxResponseBytes if method.max_response_bytes.is_none() => {
            Some(client.max_response_bytes.to_string())
        }
        _ => None,
    };
    let is_default = field == PolicyField::MaxResponseBytes && client.max_response_bytes == MAX_RESPONSE_BYTES;
    let source = if of_client.is_some() && !is_default { PolicySource::Client } else { source };
    PolicyValue { field, value: of_client.unwrap_or_else(|| text(method, field)), source }
}

fn text(method: &Method, field: PolicyField) -> String {
    match field {
        PolicyField::Timeout => optional(method.timeout.or(method.default_timeout), duration),
        PolicyField::MaxTimeout => optional(method.max_timeout, duration),
        PolicyField::AttemptTimeout => optional(method.attempt_timeout, duration),
        PolicyField::OpenTimeout => optional(method.open_timeout, duration),
        PolicyField::IdleTimeout => optional(method.idle_timeout, duration),
        PolicyField::TotalTimeout => optional(method.total_timeout, duration),
        PolicyField::WaitForReady => method.wait_for_ready.unwrap_or_default().to_string(),
        PolicyField::MaxRequestBytes => optional(method.max_request_bytes, |bytes| bytes.to_string()),
        PolicyField::MaxResponseBytes => optional(method.max_response_bytes, |bytes| bytes.to_string()),
        PolicyField::Repetition => repetition(method),
        PolicyField::Breaker => optional(method.breaker, breaker),
        PolicyField::Bulkhead => optional(method.bulkhead, bulkhead),
    }
}

fn optional<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "none".to_owned(), text)
}

fn duration(duration: Duration) -> String {
    format!("{duration:?}")
}

fn repetition(method: &Method) -> String {
    let default = (method.idempotency == Idempotency::NoSideEffects).then_some(DEFAULT_RETRY);
    let may_hedge = method.kind == Kind::Unary && method.idempotency != Idempotency::Unknown;
    match (method.hedge.filter(|_| may_hedge), method.retry.or(default).filter(|_| method.kind.takes_one())) {
        (Some(Hedge { max_attempts, delay, .. }), _) => format!("hedge: {max_attempts} attempts every {delay:?}"),
        (None, Some(retry)) if retry.max_attempts > 1 => retries(method, retry),
        (None, _) => "none".to_owned(),
    }
}

fn retries(method: &Method, retry: Retry) -> String {
    let codes = retryable_codes(method, retry);
    if codes.is_empty() {
        return "none".to_owned();
    }
    let Retry { max_attempts, initial_backoff, max_backoff, multiplier, .. } = retry;
    let codes = codes.join(", ");
    format!("{max_attempts} attempts on {codes} after {initial_backoff:?} x{multiplier} up to {max_backoff:?}")
}

/// Returns the codes that are retried. A method that must not be repeated is retried only on `UNAVAILABLE`.
fn retryable_codes(method: &Method, retry: Retry) -> Vec<&'static str> {
    let is_allowed = |code: Code| method.idempotency != Idempotency::Unknown || code == Code::Unavailable;
    let codes = (1..=16).filter_map(Code::from_number).filter(|code| retry.covers(*code) && is_allowed(*code));
    codes.map(Code::name).collect()
}

fn breaker(breaker: Breaker) -> String {
    let Breaker { window, min_calls, failure_percent, open, probes, slow_call, slow_percent, group } = breaker;
    let slow = slow_call.map_or_else(String::new, |limit| format!(" or {slow_percent}% over {limit:?}"));
    let group = group.map_or_else(String::new, |group| format!(", group {group}"));
    format!("{failure_percent}%{slow} of {min_calls} calls in {window:?}, open {open:?}, {probes} probes{group}")
}

fn bulkhead(Bulkhead { max_in_flight, max_queued }: Bulkhead) -> String {
    format!("{max_in_flight} in flight, {max_queued} queued")
}

impl fmt::Display for EffectivePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.method)?;
        for PolicyValue { field, value, source } in &self.values {
            writeln!(f, "  {:18} {value} ({source})", field.name())?;
        }
        let ((max_tokens, token_ratio), source) = (self.budget, self.budget_source);
        writeln!(f, "  {:18} {max_tokens} tokens, {token_ratio} for each success ({source})", "retry budget")?;
        match self.fallback {
            Some(fallback) => write!(f, "  {:18} {fallback} ({})", "fallback", PolicySource::Code),
            None => write!(f, "  {:18} none ({})", "fallback", PolicySource::BuiltIn),
        }
    }
}
