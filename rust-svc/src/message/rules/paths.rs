//! Paths of fields that break rules.
//!
//! The library keeps the keys of maps as text while it checks, and reads them again when it reports. Keys with brackets or
//! quotes come apart then, so they are looked up in the message.

use std::collections::HashMap;

use prost_protovalidate::{
    Violation,
    types::{FieldPathElement, field_path_element::Subscript},
};
use prost_reflect::{DynamicMessage, MapKey, Value};

use crate::error::quoted;

/// The paths in a message.
pub(super) struct Paths<'a> {
    message: &'a DynamicMessage,
    /// For each map, its keys by their forms in the paths of the library.
    keys: HashMap<*const HashMap<MapKey, Value>, HashMap<String, &'a str>>,
}

/// An element of a path, with what follows.
struct Step<'a> {
    text: String,
    value: Option<&'a Value>,
    length: usize,
}

impl<'a> Paths<'a> {
    pub(super) fn new(message: &'a DynamicMessage) -> Self {
        Self { message, keys: HashMap::new() }
    }

    /// Formats a path as [`crate::Violation::field`].
    pub(super) fn text(&mut self, mut elements: &[FieldPathElement]) -> String {
        let (mut steps, mut message) = (Vec::new(), Some(self.message));
        while !elements.is_empty() {
            let Step { text, value, length } = self.step(message, elements);
            steps.push(text);
            message = value.and_then(Value::as_message);
            elements = &elements[length..];
        }
        steps.join(".")
    }

    fn step(&mut self, message: Option<&'a DynamicMessage>, elements: &[FieldPathElement]) -> Step<'a> {
        let name = elements[0].field_name();
        let value = message.and_then(|message| field(message, name));
        let map = value.and_then(Value::as_map);
        let known = map.and_then(|map| self.known_key(map, elements));
        if let Some((map, (key, length))) = map.zip(known) {
            let value = map.get(&MapKey::String(key.to_owned()));
            return Step { text: format!("{name}[{}]", quoted(key)), value, length };
        }
        let Some(subscript) = &elements[0].subscript else { return Step { text: name.to_owned(), value, length: 1 } };
        let (key, value) = match value {
            Some(value) => (subscript_text(subscript), entry(value, subscript)),
            None => (subscript_text(subscript), None),
        };
        Step { text: format!("{name}[{key}]"), value, length: 1 }
    }

    /// Finds the key whose form is at the start of a path, and the number of elements that it has with its map.
    fn known_key(
        &mut self,
        map: &'a HashMap<MapKey, Value>,
        elements: &[FieldPathElement],
    ) -> Option<(&'a str, usize)> {
        let keys = self.keys.entry(map).or_insert_with(|| map.keys().filter_map(MapKey::as_str).map(formed).collect());
        let mut form = form(None, elements[0].subscript.as_ref());
        let mut found = keys.get(&form).map(|key| (*key, 1));
        for (index, element) in elements.iter().enumerate().skip(1) {
            form.push_str(&self::form(element.field_name.as_deref(), element.subscript.as_ref()));
            found = keys.get(&form).map(|key| (*key, index + 1)).or(found);
        }
        found
    }
}

/// Returns a key by its form in the paths of the library.
fn formed(key: &str) -> (String, &str) {
    let text = serde_json::Value::from(key).to_string();
    let path = Violation::new(format!("[{text}]"), "", "").to_proto().field.unwrap_or_default();
    let mut elements = path.elements.iter().peekable();
    // The library gives the first subscript to the field before it.
    let own = elements.next_if(|first| first.field_name.is_none()).and_then(|first| first.subscript.as_ref());
    let rest = elements.map(|element| form(element.field_name.as_deref(), element.subscript.as_ref()));
    (form(None, own) + &rest.collect::<String>(), key)
}

/// Returns an element without the name of a map.
fn form(name: Option<&str>, subscript: Option<&Subscript>) -> String {
    format!("{name:?}{subscript:?}")
}

fn field<'a>(message: &'a DynamicMessage, name: &str) -> Option<&'a Value> {
    message.fields().find(|(field, _)| field.name() == name).map(|(_, value)| value)
}

fn entry<'a>(value: &'a Value, subscript: &Subscript) -> Option<&'a Value> {
    match (value, subscript) {
        (Value::List(values), Subscript::Index(index)) => values.get(usize::try_from(*index).ok()?),
        (Value::Map(values), subscript) => {
            values.iter().find(|(key, _)| key_text(key) == subscript_text(subscript)).map(|(_, value)| value)
        }
        _ => None,
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => quoted(key),
    }
}

fn subscript_text(subscript: &Subscript) -> String {
    match subscript {
        Subscript::Index(index) => index.to_string(),
        Subscript::BoolKey(key) => key.to_string(),
        Subscript::IntKey(key) => key.to_string(),
        Subscript::UintKey(key) => key.to_string(),
        Subscript::StringKey(key) => quoted(key),
    }
}
