//! Lints for how methods are called.

use heck::ToSnakeCase as _;

use crate::{
    diagnostics::Diagnostics,
    model::{Idempotency, Method, Service},
};

/// More methods than that are too many for one service.
const MAX_METHODS: usize = 50;

/// How many methods are named.
const NAMED: usize = 3;

/// What methods are called that only read, after AIP-131, AIP-132, AIP-136 and their like.
const READS: &[&str] = &[
    "check", "count", "describe", "download", "fetch", "find", "get", "list", "lookup", "poll", "query", "read",
    "search", "show", "test", "validate", "wait", "watch",
];

/// What methods are called that are as done after the second call as after the first (AIP-135).
const DELETES: &str = "delete";

/// A method that changes something has a key, or says that it is harmless to repeat.
pub(super) fn check_keys(service: &Service, diagnostics: &mut Diagnostics) {
    let found: Vec<_> = service.methods.iter().filter(|method| is_unsafe_to_repeat(method)).collect();
    let Some(first) = found.first() else { return };
    let message = format!("no idempotency key, so that repeating may do it twice: {}", list(service, &found));
    let help = "name a string field, option (rust_svc.v1.method).idempotency_key = \"request_id\", or set \
                idempotency_level; opt: allow=no-idempotency-key silences this";
    diagnostics.warning("W0601", &first.position, message).help(help);
}

fn is_unsafe_to_repeat(method: &Method) -> bool {
    let routed = |verbs: &[&str]| method.routes.iter().any(|route| verbs.contains(&route.verb.as_str()));
    method.policy.idempotency == Idempotency::Unknown
        && !method.kind.takes_stream()
        && !routed(&["GET", "PUT", "DELETE"])
        && !is_named_harmless(&method.name)
}

fn is_named_harmless(name: &str) -> bool {
    let name = name.to_snake_case();
    let name = name.strip_prefix("batch_").unwrap_or(&name);
    let verb = name.split('_').next().unwrap_or_default();
    READS.contains(&verb) || verb == DELETES
}

/// A method has a deadline, of its own or of its service.
pub(super) fn check_deadlines(service: &Service, diagnostics: &mut Diagnostics) {
    let found: Vec<_> = service.methods.iter().filter(|method| method.policy.timeout_ms.is_none()).collect();
    let Some(first) = found.first() else { return };
    let message = format!("no deadline: {}", list(service, &found));
    let help = "option (rust_svc.v1.defaults) = {deadline: \"5s\"} sets one for all of a service; opt: allow=no-deadline \
                silences this";
    diagnostics.warning("W0602", &first.position, message).help(help);
}

/// A service is about one thing.
pub(super) fn check_size(service: &Service, diagnostics: &mut Diagnostics) {
    let methods = service.methods.len();
    if methods > MAX_METHODS {
        let message = format!("{} has {methods} methods, and whoever implements it has all of them", service.name);
        let help = "split it by what its methods are about; opt: allow=many-methods silences this";
        diagnostics.warning("W0603", &service.position, message).help(help);
    }
}

/// Which methods of a service: the first by name, and how many.
fn list(service: &Service, methods: &[&Method]) -> String {
    let names: Vec<_> = methods.iter().take(NAMED).map(|method| method.name.as_str()).collect();
    let names = names.join(", ");
    match methods.len() {
        all if all == service.methods.len() && all > NAMED => format!("all {all} methods of {}", service.name),
        many if many > NAMED => format!("{names} and {} more of {}", many - NAMED, service.name),
        _ => format!("{names} of {}", service.name),
    }
}

#[cfg(test)]
mod tests {
    use super::is_named_harmless;

    #[test]
    fn names_tell_what_is_harmless() {
        let harmless = ["GetOrder", "BatchGetOrders", "ListOrders", "WatchStock", "DeleteOrder", "TestIamPermissions"];
        assert!(harmless.into_iter().all(is_named_harmless));
        assert!(
            !["CreateOrder", "Getaway", "BatchCreateOrders", "CheckoutCart", "Batch"]
                .into_iter()
                .any(is_named_harmless)
        );
    }
}
