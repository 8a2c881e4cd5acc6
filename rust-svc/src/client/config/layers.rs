//! The policies of a method, from the least to the most specific source.

use super::source::PolicySource;
use crate::{Kind, Method, MethodConfig, PolicyField, ServiceConfig};

/// The number of policies.
const FIELDS: usize = PolicyField::ALL.len();

/// A method with the policies in force, and the source of each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResolvedMethod {
    pub(crate) method: Method,
    sources: [PolicySource; FIELDS],
}

impl ResolvedMethod {
    /// Begins with the declaration of a method.
    pub(super) fn declared(method: &Method) -> Self {
        let source = |field| match field {
            _ if method.is_configured(field) => PolicySource::CompiledConfig,
            _ if is_equal(field, method, &undeclared(method)) => PolicySource::BuiltIn,
            _ if method.is_inherited(field) => PolicySource::ServiceDefaults,
            _ => PolicySource::Contract,
        };
        Self { method: *method, sources: PolicyField::ALL.map(source) }
    }

    /// Applies what a service config sets, the most specific name last.
    pub(super) fn configure(mut self, config: &ServiceConfig) -> Self {
        let entries: Vec<_> = config.method(self.method.service(), self.method.name()).collect();
        for entry in entries.into_iter().rev() {
            let layer = configured(&self.method, entry);
            self.apply(&layer, fields_of(entry), PolicySource::ServiceConfig);
        }
        if config.retry_throttling().is_some() {
            self.method.throttling = None;
        }
        self
    }

    /// Applies the policies that code sets: those that differ from the declaration.
    pub(super) fn override_with(mut self, declared: &Method, code: &Method) -> Self {
        let changed = PolicyField::ALL.into_iter().filter(|field| !is_equal(*field, declared, code));
        self.apply(code, changed, PolicySource::Code);
        self.method.idempotency = code.idempotency;
        self
    }

    /// Returns the source of a policy.
    pub(super) fn source(&self, field: PolicyField) -> PolicySource {
        self.sources[field as usize]
    }

    fn apply(&mut self, layer: &Method, fields: impl IntoIterator<Item = PolicyField>, source: PolicySource) {
        for field in fields {
            copy(field, layer, &mut self.method);
            self.sources[field as usize] = source;
        }
    }
}

/// Returns the method without any policy.
fn undeclared(method: &Method) -> Method {
    match method.kind {
        Kind::Unary => Method::unary(method.path),
        Kind::ServerStreaming => Method::server_streaming(method.path),
        Kind::ClientStreaming => Method::client_streaming(method.path),
        Kind::BidiStreaming => Method::bidi_streaming(method.path),
    }
}

/// Returns the method with what an entry sets.
fn configured(method: &Method, entry: &MethodConfig) -> Method {
    let (timeout, default) = if entry.is_default_timeout { (None, entry.timeout) } else { (entry.timeout, None) };
    Method {
        timeout,
        default_timeout: default,
        wait_for_ready: entry.wait_for_ready,
        max_request_bytes: entry.max_request_bytes,
        max_response_bytes: entry.max_response_bytes,
        retry: entry.retry,
        hedge: entry.hedge,
        ..*method
    }
}

fn fields_of(entry: &MethodConfig) -> impl Iterator<Item = PolicyField> {
    let set = [
        (PolicyField::Timeout, entry.timeout.is_some()),
        (PolicyField::WaitForReady, entry.wait_for_ready.is_some()),
        (PolicyField::MaxRequestBytes, entry.max_request_bytes.is_some()),
        (PolicyField::MaxResponseBytes, entry.max_response_bytes.is_some()),
        (PolicyField::Repetition, entry.retry.is_some() || entry.hedge.is_some()),
    ];
    set.into_iter().filter_map(|(field, is_set)| is_set.then_some(field))
}

fn is_equal(field: PolicyField, one: &Method, other: &Method) -> bool {
    let mut changed = *one;
    copy(field, other, &mut changed);
    changed == *one
}

fn copy(field: PolicyField, from: &Method, to: &mut Method) {
    match field {
        PolicyField::Timeout => (to.timeout, to.default_timeout) = (from.timeout, from.default_timeout),
        PolicyField::MaxTimeout => to.max_timeout = from.max_timeout,
        PolicyField::AttemptTimeout => to.attempt_timeout = from.attempt_timeout,
        PolicyField::OpenTimeout => to.open_timeout = from.open_timeout,
        PolicyField::IdleTimeout => to.idle_timeout = from.idle_timeout,
        PolicyField::TotalTimeout => to.total_timeout = from.total_timeout,
        PolicyField::WaitForReady => to.wait_for_ready = from.wait_for_ready,
        PolicyField::MaxRequestBytes => to.max_request_bytes = from.max_request_bytes,
        PolicyField::MaxResponseBytes => to.max_response_bytes = from.max_response_bytes,
        PolicyField::Repetition => (to.retry, to.hedge) = (from.retry, from.hedge),
        PolicyField::Breaker => to.breaker = from.breaker,
        PolicyField::Bulkhead => to.bulkhead = from.bulkhead,
    }
}
