//! Packages that need the JSON codec.

use std::collections::BTreeSet;

use crate::model::{Model, Origin, Value};

/// Marks packages with messages that a gateway reads or writes.
pub(super) fn mark_json_packages(model: &mut Model) {
    let mut todo: Vec<String> = Vec::new();
    let mut origins: Vec<Origin> = Vec::new();
    for package in &model.packages {
        for method in
            package.services.iter().flat_map(|service| &service.methods).filter(|method| !method.routes.is_empty())
        {
            todo.extend([method.request_name.clone(), method.response_name.clone()]);
            origins.push(Origin::Local(package.module.clone()));
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some(message) = model.message(&name) {
            origins.push(message.rust.origin.clone());
            todo.extend(message.fields().filter_map(|field| referenced(&field.value)));
            origins.extend(message.fields().filter_map(|field| enum_origin(model, &field.value)));
        }
    }
    // A codec covers whole packages, so all types of their fields need one too.
    loop {
        let before = origins.len();
        let all = model.messages.values().filter(|message| origins.contains(&message.rust.origin));
        let more: Vec<Origin> =
            all.flat_map(|message| message.fields()).filter_map(|field| origin(model, &field.value)).collect();
        for origin in more {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        if origins.len() == before {
            break;
        }
    }
    for package in &mut model.packages {
        package.needs_json = origins.contains(&Origin::Local(package.module.clone()));
    }
}

fn referenced(value: &Value) -> Option<String> {
    match value {
        Value::Message(name) => Some(name.clone()),
        _ => None,
    }
}

fn enum_origin(model: &Model, value: &Value) -> Option<Origin> {
    match value {
        Value::Enum(name) => model.enumeration(name).map(|item| item.rust.origin.clone()),
        _ => None,
    }
}

fn origin(model: &Model, value: &Value) -> Option<Origin> {
    let message = referenced(value).and_then(|name| model.message(&name)).map(|message| message.rust.origin.clone());
    message.or_else(|| enum_origin(model, value))
}
