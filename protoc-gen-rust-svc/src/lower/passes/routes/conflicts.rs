//! Routes of a service that match the same requests.

use std::collections::BTreeMap;

use crate::{
    diagnostics::{Position, Problem},
    model::{Route, Service},
};

/// A route, by the indexes of its method and of itself.
pub(super) type RouteIndex = (usize, usize);

/// Finds the routes that conflict with an earlier one.
pub(super) fn conflicts(service: &Service) -> Vec<(RouteIndex, Problem)> {
    let mut seen: BTreeMap<(&str, String), (&str, &Position)> = BTreeMap::new();
    let mut found = Vec::new();
    for (method_index, method) in service.methods.iter().enumerate() {
        for (index, route) in method.routes.iter().enumerate() {
            let key = (route.verb.as_str(), route.template.shape());
            match seen.get(&key) {
                Some(first) => found.push(((method_index, index), conflict(*first, route, &method.name))),
                None => drop(seen.insert(key, (&method.name, &route.position))),
            }
        }
    }
    found
}

fn conflict((first, at): (&str, &Position), route: &Route, method: &str) -> Problem {
    let path = route.template.as_str();
    let message = format!("conflicting routes: {} `{path}` of `{first}` and of `{method}`", route.verb);
    let help = format!(
        "the other is at {}:{}:{}; change one of them, or give it to `{first}` with opt: warn=conflicting-routes",
        at.file, at.line, at.column
    );
    Problem::new("E0205", &route.position, message, help)
}
