//! The JSON schema of files of scripts.

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::contract::{Contract, DynamicMethod};

/// Returns the JSON schema of files of scripts for a contract, an encoded `FileDescriptorSet`. Editors complete and check files
/// by it.
pub fn schema(descriptors: Vec<u8>) -> Result<Value, String> {
    let contract = Contract::new(descriptors)?;
    let mut messages = Messages::default();
    let methods: Vec<_> = contract.methods.values().map(|method| script(method, &mut messages)).collect();
    let mut definitions: Map<String, Value> = messages.0.into_iter().collect();
    definitions.insert("script".to_owned(), json!({"oneOf": methods}));
    definitions.insert("error".to_owned(), error());
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scripts of a fake server",
        "anyOf": [
            {"$ref": "#/$defs/script"},
            {"type": "array", "items": {"$ref": "#/$defs/script"}},
            {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "scripts": {"type": "array", "items": {"$ref": "#/$defs/script"}},
                    "resources": {"type": "array", "items": resources(&contract)},
                },
            },
        ],
        "$defs": definitions,
    }))
}

/// The schemas of messages by their full names.
#[derive(Default)]
struct Messages(BTreeMap<String, Value>);

fn script(method: &DynamicMethod, messages: &mut Messages) -> Value {
    let (request, response) = (messages.reference(&method.input), messages.reference(&method.output));
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let streams = method.returns_stream();
    let returns = if streams { json!({"type": "array", "items": response}) } else { response.clone() };
    let mut properties = json!({
        "method": {"const": method.method.full_name()},
        "when": request,
        "metadata": texts,
        "times": {"type": "integer", "minimum": 0},
        "default": {"type": "boolean"},
        "unchecked": {"type": "boolean"},
        "delay": {"type": "string", "pattern": "^[0-9.]+(us|ms|s|m)$"},
        "headers": texts,
        "trailers": texts,
        "returns": returns,
        "fails": {"$ref": "#/$defs/error"},
        "fault": {"type": "string"},
        "hangs": {"type": "boolean"},
    });
    if streams {
        properties["stream"] = json!({"type": "array", "items": step(&request, &response)});
    }
    if method.takes_stream() && !streams {
        properties["after_messages"] = json!({"type": "integer", "minimum": 0});
    }
    json!({"type": "object", "required": ["method"], "additionalProperties": false, "properties": properties})
}

fn step(request: &Value, response: &Value) -> Value {
    let steps = [
        ("send", response.clone()),
        ("wait", json!({"type": "string"})),
        ("expect", request.clone()),
        ("reply", response.clone()),
        ("reply_each", response.clone()),
        ("expect_end", json!({"type": "boolean"})),
        ("fail", json!({"$ref": "#/$defs/error"})),
        ("fault", json!({"type": "string"})),
        ("stall", json!({"type": "boolean"})),
    ];
    let step = |(name, schema): (&str, Value)| json!({"type": "object", "required": [name], "additionalProperties": false, "properties": {name: schema}});
    json!({"oneOf": steps.map(step)})
}

fn error() -> Value {
    let codes: Vec<_> = (1..=16).filter_map(rust_svc::Code::from_number).map(|code| code.name()).collect();
    json!({
        "type": "object",
        "required": ["code"],
        "additionalProperties": false,
        "properties": {
            "code": {"enum": codes},
            "message": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object", "required": ["@type"]}},
        },
    })
}

fn resources(contract: &Contract) -> Value {
    let mut services: Vec<_> = contract.methods.values().map(|method| method.service.full_name().to_owned()).collect();
    services.dedup();
    json!({
        "type": "object",
        "required": ["service"],
        "additionalProperties": false,
        "properties": {"service": {"enum": services}, "seed": {"type": "array", "items": {"type": "object"}}},
    })
}

impl Messages {
    /// Returns a reference to the schema of a message, and adds that.
    fn reference(&mut self, message: &MessageDescriptor) -> Value {
        let name = message.full_name().to_owned();
        // The JSON of these is no object of their fields.
        if name.starts_with("google.protobuf.") {
            return json!({});
        }
        let reference = json!({"$ref": format!("#/$defs/{name}")});
        if !self.0.contains_key(&name) {
            self.0.insert(name.clone(), Value::Null);
            let schema = self.message(message);
            self.0.insert(name, schema);
        }
        reference
    }

    fn message(&mut self, message: &MessageDescriptor) -> Value {
        let mut properties = Map::new();
        for field in message.fields() {
            let schema = self.field(&field);
            properties.insert(field.json_name().to_owned(), schema.clone());
            properties.insert(field.name().to_owned(), schema);
        }
        json!({"type": "object", "additionalProperties": false, "properties": properties})
    }

    fn field(&mut self, field: &FieldDescriptor) -> Value {
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let value = entry.map_entry_value_field();
            return json!({"type": "object", "additionalProperties": self.value(&value)});
        }
        let value = self.value(field);
        if field.cardinality() == Cardinality::Repeated { json!({"type": "array", "items": value}) } else { value }
    }

    /// Returns the schema of one value. Each may be a text with a place for a value of the request.
    fn value(&mut self, field: &FieldDescriptor) -> Value {
        match field.kind() {
            Kind::Message(message) => self.reference(&message),
            Kind::Enum(item) => {
                let names: Vec<_> = item.values().map(|value| value.name().to_owned()).collect();
                json!({"anyOf": [{"enum": names}, {"type": "integer"}, place()]})
            }
            Kind::String | Kind::Bytes => json!({"type": "string"}),
            Kind::Bool => json!({"anyOf": [{"type": "boolean"}, place()]}),
            _ => json!({"type": ["number", "string"]}),
        }
    }
}

fn place() -> Value {
    json!({"type": "string", "pattern": "^\\$\\{request.*\\}$"})
}
