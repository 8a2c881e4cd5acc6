//! The names of components: those in the `.proto` without their package, or with it where two would be equal.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Model, Value};

/// The names of the components of messages and enums, by their full names.
pub(super) struct ComponentNames<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> ComponentNames<'a> {
    /// Names all types that the routes of a model reach.
    pub(super) fn new(model: &'a Model) -> Self {
        let reachable = reachable(model);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &reachable {
            *counts.entry(short(name)).or_default() += 1;
        }
        let name = |full: &'a str| if counts[short(full)] == 1 { short(full) } else { full };
        Self(reachable.iter().map(|full| (*full, name(full))).collect())
    }

    /// Returns the name of the component of a type.
    pub(super) fn of(&self, full: &'a str) -> &'a str {
        self.0.get(full).copied().unwrap_or(full)
    }

    /// Returns a name that no component has.
    pub(super) fn unused(&self, name: &str) -> String {
        let mut name = name.to_owned();
        while self.0.values().any(|used| *used == name) {
            name.insert(0, '_');
        }
        name
    }
}

fn reachable(model: &Model) -> BTreeSet<&str> {
    let services = model.packages.iter().flat_map(|package| &package.services);
    let methods = services.flat_map(|service| &service.methods).filter(|method| !method.routes.is_empty());
    let mut pending: Vec<&str> = methods.flat_map(|method| [&*method.request_name, &*method.response_name]).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if found.insert(name) {
            let fields = model.message(name).into_iter().flat_map(|message| message.fields());
            pending.extend(fields.filter_map(|field| match &field.value {
                Value::Message(name) | Value::Enum(name) => Some(name.as_str()),
                Value::Scalar(_) | Value::WellKnown(_) => None,
            }));
        }
    }
    found
}

/// Returns a name without its package, which begins with a capital by convention.
fn short(full: &str) -> &str {
    let is_capital = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    let mut rest = full;
    while !is_capital(rest) {
        match rest.split_once('.') {
            Some((_, inner)) => rest = inner,
            None => return rest,
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn names_lose_their_package() {
        for (full, name) in [
            ("shop.v1.Order", "Order"),
            ("shop.v1.Order.Item", "Order.Item"),
            ("Order.item", "Order.item"),
            ("a.order", "order"),
        ] {
            assert_eq!(short(full), name);
        }
    }
}
