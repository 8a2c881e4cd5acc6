//! Types of fields from schemas.

use std::collections::BTreeSet;

use super::{
    declaration::{FieldDeclaration, MessageDeclaration},
    document::Node,
    migration::Migration,
    names::{camel, json_name, snake, unique},
};

/// The type of a value.
#[derive(Clone, Debug)]
pub(super) struct ValueType {
    /// The label and the type, as `repeated string`.
    pub(super) text: String,
    /// Whether it has a label or is a map, so that it can have no other label.
    pub(super) is_labelled: bool,
    /// A sentence for the comment of a field.
    note: String,
}

impl ValueType {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_labelled: false, note: String::new() }
    }

    fn noted(text: &str, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..Self::new(text) }
    }
}

/// The deepest nesting of schemas in each other.
const MAX_DEPTH: usize = 50;

impl<'a> Migration<'a> {
    /// Declares a field for a value.
    pub(super) fn field(
        &mut self,
        property: &str,
        schema: Node<'a>,
        parent: &str,
        is_required: bool,
    ) -> FieldDeclaration {
        let name = snake(property);
        let value = self.value_type(schema, &format!("{parent}{}", camel(property)));
        let is_scalar = SCALARS.contains(&value.text.as_str());
        let label = if is_scalar && !is_required && !value.is_labelled { "optional " } else { "" };
        let comment = [schema.text_of("description"), value.note];
        FieldDeclaration {
            comment: comment.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
            type_text: format!("{label}{}", value.text),
            json_name: json_name(property, &name),
            name,
            is_deprecated: schema.is("deprecated"),
        }
    }

    /// Returns the type of a value. An object without a name of its own gets `name`.
    pub(super) fn value_type(&mut self, schema: Node<'a>, name: &str) -> ValueType {
        if let Some(target) = self.reference(schema) {
            return self.named(&target, name);
        }
        let types: Vec<_> = match schema.get("type") {
            Some(list) if list.text().is_none() => list.items().into_iter().filter_map(Node::text).collect(),
            Some(one) => one.text().into_iter().collect(),
            None => Vec::new(),
        };
        let types: Vec<_> = types.iter().map(String::as_str).filter(|name| *name != "null").collect();
        match types.as_slice() {
            ["string"] => self.string(schema),
            ["integer"] => integer(schema),
            ["number"] => ValueType::new(if schema.text_of("format") == "float" { "float" } else { "double" }),
            ["boolean"] => ValueType::new("bool"),
            ["array"] => self.array(schema, name),
            ["object"] => self.object(schema, name),
            [] if is_object(schema) => self.object(schema, name),
            _ => self.any_value(schema),
        }
    }

    /// Returns the type of a schema in `components`, which has a message if it is an object.
    fn named(&mut self, target: &str, name: &str) -> ValueType {
        let Some(schema) = self.root.pointer(target) else {
            return self.well_known("google.protobuf.Value", "google/protobuf/struct.proto");
        };
        let key = target.rsplit('/').next().unwrap_or(name).to_owned();
        if let Some(message) = self.named.get(target) {
            return ValueType::new(message.clone());
        }
        if !self.is_message(schema) || self.depth > MAX_DEPTH {
            self.depth += 1;
            let value =
                if self.depth > MAX_DEPTH { self.any_value(schema) } else { self.value_type(schema, &camel(&key)) };
            self.depth -= 1;
            return value;
        }
        let message = unique(&mut self.taken, &camel(&key));
        // Before its fields, which may be of the message itself.
        self.named.insert(target.to_owned(), message.clone());
        self.declare(&message, schema);
        ValueType::new(message)
    }

    /// Declares a message with the properties of a schema.
    pub(super) fn declare(&mut self, message: &str, schema: Node<'a>) {
        let fields = self.fields(message, schema);
        self.messages.push(MessageDeclaration {
            name: message.to_owned(),
            comment: schema.text_of("description"),
            fields,
        });
    }

    /// Declares fields for the properties of a schema, and of those in `allOf`.
    pub(super) fn fields(&mut self, message: &str, schema: Node<'a>) -> Vec<FieldDeclaration> {
        let mut fields: Vec<FieldDeclaration> = Vec::new();
        let mut taken = BTreeSet::new();
        for part in self.parts(schema, 0) {
            let required: BTreeSet<_> =
                part.get("required").map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect();
            for (property, value) in part.get("properties").map(Node::entries).unwrap_or_default() {
                let mut field = self.field(&property, value, message, required.contains(&property));
                if fields.iter().any(|other| other.name == field.name && other.json_name == field.json_name) {
                    continue;
                }
                field.name = unique(&mut taken, &field.name);
                fields.push(field);
            }
        }
        fields
    }

    /// Returns a schema, and those that it consists of by `allOf`.
    fn parts(&self, schema: Node<'a>, depth: usize) -> Vec<Node<'a>> {
        let target =
            schema.get("$ref").and_then(Node::text).and_then(|name| self.root.pointer(name.strip_prefix('#')?));
        let schema = target.unwrap_or(schema);
        let inner = schema.get("allOf").map(Node::items).unwrap_or_default();
        let inner = inner.into_iter().filter(|_| depth < MAX_DEPTH);
        [schema].into_iter().chain(inner.flat_map(|part| self.parts(part, depth + 1))).collect()
    }

    /// Returns whether a schema has properties, so that it becomes a message.
    pub(super) fn is_message(&self, schema: Node<'a>) -> bool {
        self.parts(schema, 0).into_iter().any(|part| part.get("properties").is_some())
    }

    fn object(&mut self, schema: Node<'a>, name: &str) -> ValueType {
        if self.is_message(schema) {
            let message = unique(&mut self.taken, name);
            self.declare(&message, schema);
            return ValueType::new(message);
        }
        match schema.get("additionalProperties").filter(|values| !values.entries().is_empty()) {
            Some(values) => {
                let value = self.value_type(values, &format!("{name}Value"));
                if value.is_labelled {
                    return self.well_known("google.protobuf.Struct", "google/protobuf/struct.proto");
                }
                ValueType { is_labelled: true, text: format!("map<string, {}>", value.text), note: value.note }
            }
            None => self.well_known("google.protobuf.Struct", "google/protobuf/struct.proto"),
        }
    }

    fn array(&mut self, schema: Node<'a>, name: &str) -> ValueType {
        let value = schema.get("items").map(|items| self.value_type(items, &format!("{name}Item")));
        let value = value.filter(|value| !value.is_labelled);
        let value = value.unwrap_or_else(|| self.well_known("google.protobuf.Value", "google/protobuf/struct.proto"));
        ValueType { is_labelled: true, text: format!("repeated {}", value.text), note: value.note }
    }

    fn string(&mut self, schema: Node<'a>) -> ValueType {
        let values: Vec<_> =
            schema.get("enum").map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect();
        match schema.text_of("format").as_str() {
            "date-time" => self.well_known("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
            "byte" => ValueType::new("bytes"),
            // The values of a protobuf enum have other names in JSON.
            _ if !values.is_empty() => ValueType::noted("string", format!("One of: {}.", values.join(", "))),
            "" => ValueType::new("string"),
            format => ValueType::noted("string", format!("Format: {format}.")),
        }
    }

    fn any_value(&mut self, schema: Node<'a>) -> ValueType {
        if ["oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some()) {
            self.note(schema, "alternatives become `google.protobuf.Value`: consider a `oneof`, whose JSON differs");
        }
        self.well_known("google.protobuf.Value", "google/protobuf/struct.proto")
    }

    fn well_known(&mut self, name: &str, file: &'static str) -> ValueType {
        self.imports.insert(file);
        ValueType::new(name)
    }
}

fn integer(schema: Node<'_>) -> ValueType {
    match schema.text_of("format").as_str() {
        "int64" => ValueType::noted("int64", "In JSON, an int64 is a string."),
        "uint64" => ValueType::noted("uint64", "In JSON, a uint64 is a string."),
        "uint32" => ValueType::new("uint32"),
        _ => ValueType::new("int32"),
    }
}

/// The types that can be `optional` and have no presence without it.
const SCALARS: &[&str] = &["string", "bytes", "bool", "int32", "int64", "uint32", "uint64", "float", "double"];

fn is_object(schema: Node<'_>) -> bool {
    ["properties", "additionalProperties", "allOf"].iter().any(|key| schema.get(key).is_some())
}
