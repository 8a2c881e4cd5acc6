//! The schemas of fields: cardinality, rules and annotations.

use serde_json::{Map, Number, Value, json};

use super::{keyword::set, scalars, schemas::Schemas};
use crate::model::{self, Cardinality, Constant, Constraints, Field, Range, Scalar};

impl<'a> Schemas<'a> {
    /// Returns the schema of a field of a message.
    pub(super) fn field(&mut self, field: &'a Field) -> Value {
        let mut schema = self.plain_field(field);
        describe(&mut schema, field);
        schema
    }

    /// Returns the schema of a field without its annotations, which a parameter has itself.
    pub(super) fn plain_field(&mut self, field: &'a Field) -> Value {
        let mut schema = match field.cardinality {
            Cardinality::Repeated => self.list(field),
            Cardinality::Map(key) => self.map(field, key),
            _ => self.value(&field.value, &field.constraints),
        };
        if (field.required || field.constraints.required) && !field.behavior.output_only {
            forbid_empty(&mut schema, field);
        }
        schema
    }

    fn list(&mut self, field: &'a Field) -> Value {
        let Constraints { count, unique, items, .. } = &field.constraints;
        let mut schema = json!({"type": "array", "items": self.value(&field.value, item_rules(items))});
        set(&mut schema, "minItems", count.0);
        set(&mut schema, "maxItems", count.1);
        set(&mut schema, "uniqueItems", unique.then_some(true));
        schema
    }

    fn map(&mut self, field: &'a Field, key: Scalar) -> Value {
        let Constraints { count, items, .. } = &field.constraints;
        let values = self.value(&field.value, item_rules(items));
        let mut schema = json!({"type": "object", "additionalProperties": values});
        set(&mut schema, "propertyNames", scalars::key_pattern(key).map(|pattern| json!({"pattern": pattern})));
        set(&mut schema, "minProperties", count.0);
        set(&mut schema, "maxProperties", count.1);
        schema
    }

    /// Returns the schema of one value.
    fn value(&mut self, value: &'a model::Value, rules: &Constraints) -> Value {
        match value {
            model::Value::Scalar(scalar) => constrain(scalars::scalar(*scalar), rules),
            model::Value::WellKnown(known) => scalars::well_known(*known),
            model::Value::Message(name) => self.reference(name),
            model::Value::Enum(name) => self.enumeration(name, &rules.values),
        }
    }

    /// Returns a reference to an enum, or the names of the values that rules allow.
    fn enumeration(&mut self, name: &'a str, allowed: &[Constant]) -> Value {
        let declared = self.model.enumeration(name).map(|item| &*item.values).unwrap_or_default();
        let is_allowed = |number: i32| allowed.contains(&Constant::Number(f64::from(number)));
        let names: Vec<_> = declared.iter().filter(|value| is_allowed(value.number)).map(|value| &value.name).collect();
        if names.is_empty() { self.reference(name) } else { json!({"type": "string", "enum": names}) }
    }
}

/// Returns the rules of items, or none.
fn item_rules(items: &Option<Box<Constraints>>) -> &Constraints {
    static NONE: Constraints = Constraints {
        required: false,
        range: Range { min: None, above: None, max: None, below: None },
        length: (None, None),
        pattern: None,
        format: None,
        values: Vec::new(),
        count: (None, None),
        unique: false,
        items: None,
    };
    items.as_deref().unwrap_or(&NONE)
}

/// Sets the least size of a required field, whose empty value counts as absent.
fn forbid_empty(schema: &mut Value, field: &Field) {
    let is_text = matches!(field.value, model::Value::Scalar(Scalar::String | Scalar::Bytes | Scalar::SharedBytes));
    let keyword = match field.cardinality {
        Cardinality::Repeated => "minItems",
        Cardinality::Map(_) => "minProperties",
        Cardinality::Implicit if is_text && schema.get("enum").is_none() => "minLength",
        _ => return,
    };
    let least = schema.get(keyword).and_then(Value::as_u64).unwrap_or(0).max(1);
    set(schema, keyword, Some(least));
}

/// Adds comment and behavior to the schema of a field.
fn describe(schema: &mut Value, field: &Field) {
    set(schema, "description", field.docs.written());
    set(schema, "deprecated", field.deprecated.then_some(true));
    set(schema, "readOnly", field.behavior.output_only.then_some(true));
    set(schema, "writeOnly", field.behavior.input_only.then_some(true));
}

/// Adds the rules of a scalar.
fn constrain(mut schema: Value, rules: &Constraints) -> Value {
    if let Some(forms) = schema.get_mut("anyOf") {
        // The first form of a float is the number.
        add_range(&mut forms[0], rules);
    } else if schema["type"] == "integer" {
        add_range(&mut schema, rules);
    } else if is_text(&schema) {
        add_text(&mut schema, rules);
    }
    schema
}

fn is_text(schema: &Value) -> bool {
    schema["type"] == "string" && schema.as_object().map_or(0, Map::len) == 1
}

fn add_range(schema: &mut Value, rules: &Constraints) {
    let Range { min, above, max, below } = rules.range;
    set(schema, "minimum", min.and_then(number));
    set(schema, "exclusiveMinimum", above.and_then(number));
    set(schema, "maximum", max.and_then(number));
    set(schema, "exclusiveMaximum", below.and_then(number));
    let values: Vec<_> = rules.values.iter().filter_map(constant).collect();
    set(schema, "enum", (!values.is_empty()).then_some(values));
}

fn add_text(schema: &mut Value, rules: &Constraints) {
    set(schema, "minLength", rules.length.0.or((rules.required && rules.values.is_empty()).then_some(1)));
    set(schema, "maxLength", rules.length.1);
    set(schema, "pattern", rules.pattern.clone().filter(|pattern| is_shared_syntax(pattern)));
    set(schema, "format", rules.format);
    let values: Vec<_> = rules.values.iter().filter_map(constant).collect();
    set(schema, "enum", (!values.is_empty()).then_some(values));
}

fn constant(value: &Constant) -> Option<Value> {
    match value {
        Constant::Number(value) => number(*value),
        Constant::Text(text) => Some(Value::from(text.as_str())),
    }
}

/// Returns a JSON number, without a fraction if it is an integer.
fn number(value: f64) -> Option<Value> {
    let is_integer = value.fract() == 0.0 && value.abs() < 1e15;
    if is_integer { Some(Value::from(value as i64)) } else { Number::from_f64(value).map(Value::Number) }
}

/// Whether a regular expression means the same in RE2 and in ECMAScript.
fn is_shared_syntax(pattern: &str) -> bool {
    let foreign = [r"\A", r"\z", r"\Q", r"\p", r"\P", r"\C", r"\a", r"\x{", "[[:", "[[^"];
    let is_group = pattern.match_indices("(?").all(|(at, _)| pattern[at..].starts_with("(?:"));
    is_group && !foreign.iter().any(|syntax| pattern.contains(syntax))
}
