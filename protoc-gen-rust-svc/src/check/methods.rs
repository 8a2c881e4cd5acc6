//! Lints for methods: idempotency, deadlines and their number.

use heck::ToSnakeCase as _;

use crate::{
    diagnostics::Diagnostics,
    model::{Idempotency, Method, Retry, Service},
};

/// The maximum number of methods of a service without a warning.
const MAX_METHODS: usize = 50;

/// The maximum number of methods in a message.
const MAX_NAMED: usize = 3;

/// The first words of methods without side effects (AIP-131, AIP-132, AIP-136 and similar).
const READS: &[&str] = &[
    "check", "count", "describe", "download", "fetch", "find", "get", "list", "lookup", "poll", "query", "read",
    "search", "show", "test", "validate", "wait", "watch",
];

/// The first word of deletions, which are idempotent (AIP-135).
const DELETES: &str = "delete";

/// Reports methods with side effects that have no key and do not declare that they are idempotent.
pub(super) fn check_keys(service: &Service, diagnostics: &mut Diagnostics) {
    let found: Vec<_> = service.methods.iter().filter(|method| is_unsafe_to_repeat(method)).collect();
    let Some(first) = found.first() else { return };
    let message = format!("no idempotency key: a retry may be executed twice: {}", list(service, &found));
    let help = "set `option (rust_svc.v1.method).idempotency_key = \"request_id\"` or `idempotency_level`, or silence \
                this with opt: allow=no-idempotency-key";
    diagnostics.warning("W0601", &first.position, message).help(help);
}

fn is_unsafe_to_repeat(method: &Method) -> bool {
    let routed = |verbs: &[&str]| method.routes.iter().any(|route| verbs.contains(&route.verb.as_str()));
    method.policy.idempotency == Idempotency::Unknown
        && !method.kind.takes_stream()
        && !routed(&["GET", "PUT", "DELETE"])
        && !has_harmless_name(&method.name)
}

fn has_harmless_name(name: &str) -> bool {
    let name = name.to_snake_case();
    let name = name.strip_prefix("batch_").unwrap_or(&name);
    let verb = name.split('_').next().unwrap_or_default();
    READS.contains(&verb) || verb == DELETES
}

/// Reports methods without a deadline of their own or of their service.
pub(super) fn check_deadlines(service: &Service, diagnostics: &mut Diagnostics) {
    let found: Vec<_> = service.methods.iter().filter(|method| !has_deadline(method)).collect();
    let Some(first) = found.first() else { return };
    let message = format!("no deadline: {}", list(service, &found));
    let help = "set `option (rust_svc.v1.defaults) = {deadline: \"5s\"}` for the service, or silence this with opt: \
                allow=no-deadline";
    diagnostics.warning("W0602", &first.position, message).help(help);
}

fn has_deadline(method: &Method) -> bool {
    let policy = &method.policy;
    policy.timeout_ms.or(policy.limit("default_timeout_ms")).or(policy.limit("max_timeout_ms")).is_some()
}

/// Reports methods that retry DEADLINE_EXCEEDED although their first attempt may take all of their time.
pub(super) fn check_attempts(service: &Service, diagnostics: &mut Diagnostics) {
    let found: Vec<_> = service.methods.iter().filter(|method| retries_expired_calls(method)).collect();
    let Some(first) = found.first() else { return };
    let message = format!("retry on DEADLINE_EXCEEDED without `attempt_timeout`: {}", list(service, &found));
    let help = "set `attempt_timeout` to a part of `deadline`, or silence this with opt: \
                allow=retry-without-attempt-timeout";
    diagnostics.warning("W0608", &first.position, message).help(help);
}

fn retries_expired_calls(method: &Method) -> bool {
    let retries = |retry: &Retry| retry.max_attempts > 1 && retry.codes.contains(&"DeadlineExceeded");
    let is_configured = method.policy.configured.contains(&"Repetition");
    !is_configured
        && method.policy.retry.as_ref().is_some_and(retries)
        && method.policy.limit("attempt_timeout_ms").is_none()
}

/// Reports services with too many methods.
pub(super) fn check_size(service: &Service, diagnostics: &mut Diagnostics) {
    let methods = service.methods.len();
    if methods > MAX_METHODS {
        let message = format!("service `{}` has {methods} methods", service.name);
        let help = "split it by resource, or silence this with opt: allow=many-methods";
        diagnostics.warning("W0603", &service.position, message).help(help);
    }
}

/// Names the first methods, and counts the others.
fn list(service: &Service, methods: &[&Method]) -> String {
    let names: Vec<_> = methods.iter().take(MAX_NAMED).map(|method| method.name.as_str()).collect();
    let names = names.join(", ");
    match methods.len() {
        all if all == service.methods.len() && all > MAX_NAMED => format!("all {all} methods of {}", service.name),
        many if many > MAX_NAMED => format!("{names} and {} more of {}", many - MAX_NAMED, service.name),
        _ => format!("{names} of {}", service.name),
    }
}

#[cfg(test)]
mod tests {
    use super::has_harmless_name;

    #[test]
    fn reads_and_deletions_have_harmless_names() {
        let harmless = ["GetOrder", "BatchGetOrders", "ListOrders", "WatchStock", "DeleteOrder", "TestIamPermissions"];
        assert!(harmless.into_iter().all(has_harmless_name));
        assert!(
            !["CreateOrder", "Getaway", "BatchCreateOrders", "CheckoutCart", "Batch"]
                .into_iter()
                .any(has_harmless_name)
        );
    }
}
