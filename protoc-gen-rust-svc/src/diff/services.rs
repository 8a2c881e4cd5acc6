//! Services, their methods and call policies.

use super::{Change, ChangePosition, compare::Compare};
use crate::model::{Attribute, Idempotency, Method, Package, Policy, Service};

impl Compare<'_> {
    pub(super) fn services(&mut self, old: &Package, new: &Package) {
        let short = |service: &Service| service.name.rsplit('.').next().unwrap_or_default().to_owned();
        for before in &old.services {
            match new.services.iter().find(|after| short(after) == short(before)) {
                Some(after) => self.service(before, after),
                None => {
                    let place = ChangePosition::Before(before.position.clone());
                    let change = Change::new(place, format!("service {} was removed", before.name));
                    self.add(change.rust(true).wire(true).http(before.is_routed()));
                }
            }
        }
        for after in
            new.services.iter().filter(|after| !old.services.iter().any(|before| short(before) == short(after)))
        {
            self.add(Change::at(&after.position, format!("service {} was added", after.name)));
        }
    }

    fn service(&mut self, old: &Service, new: &Service) {
        let mut change = Change::at(&new.position, "");
        let items = |service: &Service| {
            let Service { ident, module, adapter, client, gateway, fake, .. } = service;
            [ident, module, adapter, client, gateway, fake].map(ToString::to_string)
        };
        for (before, after) in items(old).into_iter().zip(items(new)).filter(|(before, after)| before != after) {
            change = change.and(&format!("its `{before}` is `{after}` now")).rust(true);
        }
        if old.is_routed() && !new.is_routed() {
            change = change.and(&format!("has no routes and so no `{}`", old.gateway)).rust(true);
        }
        if old.attribute == Attribute::None && new.attribute == Attribute::Deprecated {
            change = change.and("is deprecated");
        }
        self.add(change.of(&format!("service {}", new.name)));
        self.methods(old, new);
    }

    fn methods(&mut self, old: &Service, new: &Service) {
        for before in &old.methods {
            match new.methods.iter().find(|after| after.name == before.name) {
                Some(after) => self.method(before, new, after),
                None => {
                    let change = Change::at(&new.position, format!("{}.{} was removed", new.name, before.name));
                    let change = change.help("remove it from implementations of the trait");
                    self.add(change.rust(true).wire(true).http(!before.routes.is_empty()));
                }
            }
        }
        for after in new.methods.iter().filter(|after| !old.methods.iter().any(|before| before.name == after.name)) {
            let change = Change::at(&after.position, format!("{}.{} was added", new.name, after.name));
            let is_needed = !new.has_default_methods;
            let change = if is_needed { change.help("add it to every implementation of the trait") } else { change };
            self.add(change.rust(is_needed));
        }
    }

    fn method(&mut self, old: &Method, service: &Service, new: &Method) {
        let mut change = Change::at(&new.position, "");
        if old.ident != new.ident || old.constant != new.constant {
            change = change.and(&format!("is `{}` in Rust, not `{}`", new.ident, old.ident)).rust(true);
        }
        if old.kind != new.kind {
            change = change.and(&format!("is {:?}, not {:?}", new.kind, old.kind)).rust(true).wire(true);
            change = change.http(!old.routes.is_empty());
        }
        for (what, before, after) in
            [("takes", &old.request_name, &new.request_name), ("returns", &old.response_name, &new.response_name)]
        {
            if self.names.new_name(before) != *after {
                change = change.and(&format!("{what} {after}, not {before}")).rust(true).wire(true);
                change = change.http(!old.routes.is_empty());
            }
        }
        if old.attribute == Attribute::None && new.attribute == Attribute::Deprecated {
            change = change.and("is deprecated");
        }
        if old.policy.idempotency != Idempotency::Unknown && new.policy.idempotency == Idempotency::Unknown {
            change =
                change.and("is no longer idempotent").wire(true).help("clients of the old version still repeat it");
        }
        for what in policy_changes(&old.policy, &new.policy) {
            change = change.and(&what);
        }
        let element = format!("{}.{}", service.name, new.name);
        self.add(change.of(&element));
        self.routes(&element, old, new);
    }
}

/// Lists the changes of a call policy, which break nothing.
fn policy_changes(old: &Policy, new: &Policy) -> Vec<String> {
    let facts = policy_values(old).into_iter().zip(policy_values(new)).filter(|(before, after)| before != after);
    let facts = facts.map(|((what, before), (_, after))| format!("{what} {after}, was {before}"));
    let retry = old.retry != new.retry && attempts(old) == attempts(new);
    let others = [
        (retry, "has another retry policy"),
        (old.limits != new.limits || old.wait_for_ready != new.wait_for_ready, "has other timeouts or limits"),
        (old.hedge != new.hedge, "has another hedging policy"),
        (old.breaker != new.breaker, "has another circuit breaker"),
        (old.bulkhead != new.bulkhead, "has another bulkhead"),
    ];
    let others = others.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what.to_owned());
    facts.chain(others).collect()
}

fn policy_values(policy: &Policy) -> [(&'static str, String); 4] {
    let key = policy.idempotency_key.as_ref();
    [
        ("deadline", policy.timeout_ms.map_or("none".to_owned(), millis)),
        ("attempts", attempts(policy)),
        ("idempotency", format!("{:?}", policy.idempotency)),
        ("idempotency key", key.map_or("none".to_owned(), |key| format!("`{key}`"))),
    ]
}

fn attempts(policy: &Policy) -> String {
    policy.retry.as_ref().map_or("default".to_owned(), |retry| retry.max_attempts.to_string())
}

fn millis(millis: u64) -> String {
    if millis.is_multiple_of(1_000) { format!("{}s", millis / 1_000) } else { format!("{millis}ms") }
}
