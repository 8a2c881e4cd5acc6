//! What a method says about the messages and packages that it reaches.

use std::{
    collections::{BTreeMap, BTreeSet},
    slice,
};

use rust_svc::path::Variable;

use super::packages::WELL_KNOWN;
use crate::{
    diagnostics::Diagnostics,
    guess,
    model::{Cardinality, Field, Member, Message, Method, Model, Origin, Scalar, Value},
    read::Position,
};

/// Marks the packages whose messages a gateway reads or writes.
pub(super) fn mark_json(model: &mut Model) {
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
    // A codec is written for whole packages, so all that their messages refer to needs one too.
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

/// Collects the names that the plain types and the traits of a package have.
pub(super) fn mark_names(model: &mut Model) {
    for package in &mut model.packages {
        let origin = Origin::Local(package.module.clone());
        let messages = model.messages.values().filter(|message| message.rust.origin == origin);
        let oneofs = messages.clone().flat_map(|message| message.oneofs().map(|oneof| &oneof.rust));
        let enums = model.enums.values().map(|item| &item.rust).filter(|rust| rust.origin == origin);
        let types =
            messages.map(|message| &message.rust).chain(oneofs).chain(enums).map(|rust| rust.ident().to_string());
        let traits = package.services.iter().map(|service| service.ident.to_string());
        package.names = types.chain(traits).collect();
    }
}

/// Marks the fields that methods name as their idempotency keys.
pub(super) fn mark_keys(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut keys: BTreeMap<String, (String, Position)> = BTreeMap::new();
    for method in model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods) {
        let Some(key) = &method.policy.idempotency_key else { continue };
        let position = &method.policy.position;
        let other = keys.insert(method.request_name.clone(), (key.clone(), position.clone()));
        if other.is_some_and(|(other, _)| other != *key) {
            let message = format!("{} has two idempotency keys, by two methods", method.request_name);
            diagnostics.error("E0403", position, message).help("name the same field in both methods");
        }
    }
    for (name, (key, position)) in keys {
        if is_from_elsewhere(model, &name) {
            let text = format!("idempotency_key {key:?} is of {name}, which is not generated in this run");
            diagnostics.error("E0403", &position, text).help(FROM_ELSEWHERE);
            continue;
        }
        let Some(message) = model.messages.get_mut(&name) else { continue };
        let number = strings(message).find(|field| field.name == key).map(|field| field.number);
        match number {
            Some(number) => message.idempotency_key = Some(number),
            None => {
                let text = format!("idempotency_key {key:?} is no string field of {name}");
                diagnostics.error("E0403", &position, text).help(keys_help(message, &key));
            }
        }
    }
}

const FROM_ELSEWHERE: &str = "a client fills it in by what is generated with the message: write a request of its own for \
                              the method";

/// Whether a message was generated before, by another run or with the runtime.
fn is_from_elsewhere(model: &Model, name: &str) -> bool {
    let origin = model.message(name).map(|message| &message.rust.origin);
    let is_well_known = name.strip_prefix(WELL_KNOWN).is_some_and(|rest| rest.starts_with('.'));
    is_well_known || matches!(origin, Some(Origin::Extern(_)))
}

/// Marks the fields that a path or an idempotency key names, and those on the way to them.
pub(super) fn mark_named(model: &mut Model) {
    let methods = model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods);
    let named: Vec<_> = methods.flat_map(|method| paths(method).flat_map(|path| way(model, method, path))).collect();
    for (message, number) in named {
        let fields = model.messages.get_mut(&message).into_iter().flat_map(Message::fields_mut);
        fields.filter(|field| field.number == number).for_each(|field| field.is_named = true);
    }
}

/// What a path or an idempotency key names, each as the names of the fields on the way.
fn paths(method: &Method) -> impl Iterator<Item = &[String]> {
    let variables = method.routes.iter().flat_map(|route| route.template.variables());
    variables.map(Variable::field_path).chain(method.policy.idempotency_key.as_ref().map(slice::from_ref))
}

/// The fields on the way, each with the message that it is in, as far as they are there.
fn way(model: &Model, method: &Method, path: &[String]) -> Vec<(String, i32)> {
    let mut message = model.message(&method.request_name);
    let fields = path.iter().map_while(|name| {
        let holder = message?;
        let field = holder.field(name)?;
        message = referenced(&field.value).and_then(|inner| model.message(&inner));
        Some((holder.name.clone(), field.number))
    });
    fields.collect()
}

/// The fields that may be keys: of a oneof another member may be set.
fn strings<'a>(message: &'a Message) -> impl Iterator<Item = &'a Field> {
    let of_member = |member: &'a Member| if let Member::Field(field) = member { Some(field) } else { None };
    let fields = message.members.iter().filter_map(of_member);
    let is_single = |field: &&Field| !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_));
    fields.filter(move |field| is_single(field) && field.value == Value::Scalar(Scalar::String))
}

fn keys_help(message: &Message, key: &str) -> String {
    let names: Vec<_> = strings(message).map(|field| field.name.as_str()).collect();
    if names.is_empty() { "add a string field".to_owned() } else { guess::field(key, &names, "its string fields are") }
}
