//! The schemas of messages and enums.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{keyword::set, names::ComponentNames, scalars};
use crate::model::{Enum, Field, Message, Model, Oneof, Value, WellKnown};

/// The schemas that a document refers to.
pub(super) struct Schemas<'a> {
    pub(super) model: &'a Model,
    pub(super) names: ComponentNames<'a>,
    /// The types whose schemas are still to be built.
    pending: Vec<&'a str>,
    /// The schemas of types, by full name; `null` while they are pending.
    schemas: BTreeMap<&'a str, Json>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        Self { model, names: ComponentNames::new(model), pending: Vec::new(), schemas: BTreeMap::new() }
    }

    /// Returns a reference to the schema of a message or an enum.
    pub(super) fn reference(&mut self, name: &'a str) -> Json {
        self.schemas.entry(name).or_insert_with(|| {
            self.pending.push(name);
            Json::Null
        });
        json!({"$ref": format!("#/components/schemas/{}", self.names.of(name))})
    }

    /// Returns the schema of a message by its name, wherever it is declared.
    pub(super) fn message_of(&mut self, name: &'a str) -> Json {
        let known = name.strip_prefix("google.protobuf.").and_then(WellKnown::message);
        known.map_or_else(|| self.reference(name), scalars::well_known)
    }

    /// Returns all schemas by the names of their components.
    pub(super) fn finish(mut self) -> Map<String, Json> {
        while let Some(name) = self.pending.pop() {
            let schema = self.schema(name);
            self.schemas.insert(name, schema);
        }
        let names = &self.names;
        let mut named: Vec<_> = self.schemas.into_iter().map(|(name, schema)| (names.of(name), schema)).collect();
        named.sort_by_key(|(name, _)| *name);
        named.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
    }

    fn schema(&mut self, name: &'a str) -> Json {
        let model = self.model;
        match (model.message(name), model.enumeration(name)) {
            (Some(message), _) => self.message(message, &[]),
            (None, Some(item)) => enumeration(item),
            (None, None) => json!({}),
        }
    }

    /// Returns the schema of a message without the fields that the path sets.
    pub(super) fn message(&mut self, message: &'a Message, without: &[&str]) -> Json {
        let mut schema = json!({"type": "object"});
        set(&mut schema, "description", message.docs.written());
        set(&mut schema, "deprecated", message.deprecated.then_some(true));
        let is_here = |field: &&Field| !without.contains(&field.name.as_str()) && self.is_shown(field);
        let fields: Vec<_> = message.fields().filter(is_here).collect();
        let properties: Map<_, _> = fields.iter().map(|field| (field.json_name.clone(), self.field(field))).collect();
        set(&mut schema, "properties", (!properties.is_empty()).then_some(properties));
        let required: Vec<_> = fields.iter().filter(|field| is_required(message, field)).collect();
        let required: Vec<_> = required.into_iter().map(|field| field.json_name.as_str()).collect();
        set(&mut schema, "required", (!required.is_empty()).then_some(required));
        let choices: Vec<_> = message.oneofs().filter_map(|oneof| self.choice(oneof, without)).collect();
        set(&mut schema, "allOf", (!choices.is_empty()).then_some(choices));
        schema
    }

    /// Returns whether the document describes a field: neither it nor its type is hidden.
    pub(super) fn is_shown(&self, field: &Field) -> bool {
        let is_type_hidden = match &field.value {
            Value::Message(name) => self.model.message(name).is_some_and(|message| message.is_hidden),
            Value::Enum(name) => self.model.enumeration(name).is_some_and(|item| item.is_hidden),
            Value::Scalar(_) | Value::WellKnown(_) => false,
        };
        !field.is_hidden && !is_type_hidden
    }

    /// Returns whether a message without the fields of the path must have another field.
    pub(super) fn has_required_field(&self, message: &Message, in_path: &[&str]) -> bool {
        let is_here = |field: &Field| !in_path.contains(&field.name.as_str()) && self.is_shown(field);
        let is_open = |oneof: &Oneof| oneof.fields.iter().all(is_here);
        message.fields().any(|field| is_here(field) && is_required(message, field))
            || message.oneofs().any(|oneof| oneof.required() && is_open(oneof))
    }

    /// Returns the rule that at most one field of a oneof is there, or exactly one.
    fn choice(&self, oneof: &Oneof, without: &[&str]) -> Option<Json> {
        let fields: Vec<_> = oneof.fields.iter().filter(|field| self.is_shown(field)).collect();
        let names: Vec<_> = fields.iter().map(|field| field.json_name.as_str()).collect();
        if names.len() < 2 || oneof.fields.iter().any(|field| without.contains(&field.name.as_str())) {
            return None;
        }
        let mut choices: Vec<_> = names.iter().map(|name| json!({"required": [name]})).collect();
        if !oneof.required() || names.len() < oneof.fields.len() {
            choices.push(json!({"not": {"anyOf": choices.clone()}}));
        }
        let mut rule = json!({"oneOf": choices});
        set(&mut rule, "description", oneof.docs.written());
        Some(rule)
    }
}

/// Whether an object must have a field. A oneof has a rule of its own.
fn is_required(message: &Message, field: &Field) -> bool {
    let is_member = message.oneofs().any(|oneof| oneof.fields.iter().any(|member| member.name == field.name));
    !is_member && (field.required || field.constraints.required) && !field.behavior.output_only
}

/// Returns the schema of an enum, whose values are names.
fn enumeration(item: &Enum) -> Json {
    let shown = || item.values.iter().filter(|value| !value.is_hidden);
    let names: Vec<_> = shown().map(|value| value.name.as_str()).collect();
    let mut schema = json!({"type": "string", "enum": names});
    let values = shown().filter_map(|value| {
        let text = value.docs.written()?.replace('\n', "\n  ");
        Some(format!("- `{}`: {text}", value.name))
    });
    let lines: Vec<_> = item.docs.written().into_iter().chain([String::new()]).chain(values).collect();
    let description = lines.join("\n").trim().to_owned();
    set(&mut schema, "description", (!description.is_empty()).then_some(description));
    set(&mut schema, "deprecated", item.deprecated.then_some(true));
    schema
}
