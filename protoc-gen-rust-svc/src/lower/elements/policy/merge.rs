//! The options of a method over those of its service.

use super::durations::parse_millis;
use crate::{
    diagnostics::{Diagnostics, Position},
    model::{Idempotency, Policy},
    read::{
        call_policy::CallPolicy,
        descriptor::{MethodDescriptor, MethodOptions},
    },
};

/// The number of the option `rust_svc.v1.method`.
pub(in crate::lower::elements) const METHOD: i32 = 50_701;

/// The number of the option `rust_svc.v1.defaults`.
pub(in crate::lower::elements) const DEFAULTS: i32 = 50_702;

/// The field numbers of `rust_svc.v1.CallPolicy`.
const DEADLINE: &[i32] = &[1];
const IDEMPOTENCY_KEY: &[i32] = &[4];

/// A variant of `PolicyField`, and whether options set it.
type InheritableField = (&'static str, fn(&CallPolicy) -> bool);

const FIELDS: [InheritableField; 12] = [
    ("Timeout", |policy| !policy.deadline.is_empty()),
    ("MaxTimeout", |policy| !policy.max_deadline.is_empty()),
    ("AttemptTimeout", |policy| !policy.attempt_timeout.is_empty()),
    ("OpenTimeout", |policy| !policy.open_timeout.is_empty()),
    ("IdleTimeout", |policy| !policy.idle_timeout.is_empty()),
    ("TotalTimeout", |policy| !policy.total_timeout.is_empty()),
    ("WaitForReady", |policy| policy.wait_for_ready.is_some()),
    ("MaxRequestBytes", |policy| policy.max_request_bytes.is_some()),
    ("MaxResponseBytes", |policy| policy.max_response_bytes.is_some()),
    ("Repetition", |policy| policy.retry.is_some() || policy.hedge.is_some()),
    ("Breaker", |policy| policy.breaker.is_some()),
    ("Bulkhead", |policy| policy.bulkhead.is_some()),
];

/// Merges the options of a method and its service.
pub(in crate::lower::elements) struct Merge<'a> {
    defaults: CallPolicy,
    own: CallPolicy,
    pub(super) options: &'a MethodOptions,
    pub(super) method: &'a MethodDescriptor,
    position: &'a dyn Fn(Owner, &[i32]) -> Position,
    diagnostics: &'a mut Diagnostics,
}

/// The element whose option applies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::lower::elements) enum Owner {
    Method,
    Service,
}

impl<'a> Merge<'a> {
    pub(in crate::lower::elements) fn new(
        defaults: Option<&CallPolicy>,
        options: &'a MethodOptions,
        method: &'a MethodDescriptor,
        position: &'a dyn Fn(Owner, &[i32]) -> Position,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let (defaults, own) = (defaults.cloned().unwrap_or_default(), options.policy.clone().unwrap_or_default());
        Self { defaults, own, options, method, position, diagnostics }
    }

    pub(in crate::lower::elements) fn policy(mut self) -> Policy {
        let idempotency_key = Some(self.own.idempotency_key.clone()).filter(|key| !key.is_empty());
        if !self.defaults.idempotency_key.is_empty() {
            let message = "`idempotency_key` in the defaults of a service".to_owned();
            let help = "set it in `option (rust_svc.v1.method)` of each method";
            self.error("E0403", (Owner::Service, IDEMPOTENCY_KEY), message, help);
        }
        let idempotency = self.idempotency(idempotency_key.is_some());
        let (retry, hedge) = self.repetition(idempotency);
        let breaker = self.pick(|policy| policy.breaker.clone()).map(|(owner, breaker)| self.breaker(&breaker, owner));
        let bulkhead = self.pick(|policy| policy.bulkhead.clone());
        let bulkhead = bulkhead.map(|(owner, bulkhead)| self.bulkhead(&bulkhead, owner));
        let timeout_ms = self.duration("deadline", DEADLINE, |policy| &policy.deadline);
        Policy {
            idempotency,
            timeout_ms,
            limits: self.limits(timeout_ms),
            wait_for_ready: self.pick(|policy| policy.wait_for_ready).map(|(_, waits)| waits),
            retry,
            hedge,
            breaker,
            bulkhead,
            throttling: None,
            configured: Vec::new(),
            inherited: self.inherited(),
            idempotency_key,
            position: (self.position)(Owner::Method, IDEMPOTENCY_KEY),
        }
    }

    /// Returns the fields that only the service sets.
    fn inherited(&self) -> Vec<&'static str> {
        let is_inherited = |has: fn(&CallPolicy) -> bool| has(&self.defaults) && !has(&self.own);
        FIELDS.into_iter().filter(|(_, has)| is_inherited(*has)).map(|(field, _)| field).collect()
    }

    fn idempotency(&self, has_key: bool) -> Idempotency {
        match self.options.idempotency_level {
            1 => Idempotency::NoSideEffects,
            2 => Idempotency::Idempotent,
            _ if has_key => Idempotency::Idempotent,
            _ => Idempotency::Unknown,
        }
    }

    /// Returns an option of the method, or else that of the service.
    pub(super) fn pick<T>(&self, field: impl Fn(&CallPolicy) -> Option<T>) -> Option<(Owner, T)> {
        let own = field(&self.own).map(|own| (Owner::Method, own));
        own.or_else(|| Some((Owner::Service, field(&self.defaults)?)))
    }

    /// Returns a duration of the method, or else that of the service, in milliseconds.
    pub(super) fn duration(
        &mut self,
        name: &str,
        number: &[i32],
        field: impl Fn(&CallPolicy) -> &String,
    ) -> Option<u64> {
        let (owner, text) = self.pick(|policy| Some(field(policy).clone()).filter(|text| !text.is_empty()))?;
        self.millis(name, &text, owner, number)
    }

    /// Parses a duration to milliseconds. Returns `None` if it is not set or invalid.
    pub(super) fn millis(&mut self, name: &str, text: &str, owner: Owner, field: &[i32]) -> Option<u64> {
        if text.is_empty() {
            return None;
        }
        let millis = parse_millis(text);
        let (message, help) = match millis {
            Some(0) => {
                (format!("`{name}` is zero"), "omit it for no limit, or use a positive duration such as `250ms`")
            }
            Some(_) => return millis,
            None => (
                format!("invalid duration `{text}` for `{name}`"),
                "use a number and a unit: `250ms`, `1.5s`, `2m` or `1h`",
            ),
        };
        self.error("E0401", (owner, field), message, help);
        None
    }

    pub(super) fn error(&mut self, code: &'static str, (owner, field): (Owner, &[i32]), message: String, help: &str) {
        self.diagnostics.error(code, &(self.position)(owner, field), message).help(help);
    }
}
