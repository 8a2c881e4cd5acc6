//! Packages that need the JSON codec.

use std::collections::{HashMap, HashSet};

use crate::model::{Message, Method, Model, Origin, Value};

/// Marks packages with messages that a gateway reads or writes.
pub(super) fn mark_json_packages(model: &mut Model) {
    let mut needed: HashSet<Origin> = HashSet::new();
    let mut todo: Vec<&Origin> = Vec::new();
    let routed = routed_messages(model);
    let own = model.packages.iter().filter(|package| package.services.iter().any(|service| service.is_routed()));
    let own: Vec<Origin> = own.map(|package| Origin::Local(package.module.clone())).collect();
    todo.extend(own.iter().chain(routed.iter().map(|message| &message.rust.origin)));
    // A codec covers whole packages, so all types of their fields need one too.
    let references = references(model);
    while let Some(origin) = todo.pop() {
        if needed.insert(origin.clone()) {
            todo.extend(references.get(origin).into_iter().flatten());
        }
    }
    for package in &mut model.packages {
        package.needs_json = needed.contains(&Origin::Local(package.module.clone()));
    }
}

/// The requests and responses of methods with routes.
fn routed_messages(model: &Model) -> Vec<&Message> {
    let services = model.packages.iter().flat_map(|package| &package.services);
    let methods = services.flat_map(|service| &service.methods).filter(|method| !method.routes.is_empty());
    let names = methods.flat_map(|Method { request_name, response_name, .. }| [request_name, response_name]);
    names.filter_map(|name| model.message(name)).collect()
}

/// The origins of the types that the messages of each origin use.
fn references(model: &Model) -> HashMap<&Origin, HashSet<&Origin>> {
    let mut references: HashMap<&Origin, HashSet<&Origin>> = HashMap::new();
    for message in model.messages.values() {
        let used = message.fields().filter_map(|field| origin(model, &field.value));
        references.entry(&message.rust.origin).or_default().extend(used);
    }
    references
}

fn origin<'a>(model: &'a Model, value: &Value) -> Option<&'a Origin> {
    match value {
        Value::Message(name) => model.message(name).map(|message| &message.rust.origin),
        Value::Enum(name) => model.enumeration(name).map(|item| &item.rust.origin),
        Value::Scalar(_) | Value::WellKnown(_) => None,
    }
}
