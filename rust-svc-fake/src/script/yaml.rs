//! YAML, of which JSON is a part.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

/// The deepest nesting of brackets and of sequences in one line.
const MAX_DEPTH: usize = 100;

/// Parses a document, and calls `read` with its root. An empty text is the default.
pub(super) fn load<T: Default>(
    text: &str,
    read: impl FnOnce(&MarkedYaml<'_>) -> Result<T, String>,
) -> Result<T, String> {
    if text.lines().any(|line| line.matches(['[', '{', '-']).count() > MAX_DEPTH * 10) || depth(text) > MAX_DEPTH {
        return Err("1: error: nested too deeply".to_owned());
    }
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let mark = error.marker();
        format!("{}:{}: error: {}", mark.line(), mark.col() + 1, error.info())
    })?;
    match documents.as_slice() {
        [] => Ok(T::default()),
        [document] => read(document),
        documents => Err(format!("1: error: {} documents, not one", documents.len())),
    }
}

/// Returns the deepest nesting of brackets.
fn depth(text: &str) -> usize {
    let open = |depth: &mut usize, byte: u8| {
        match byte {
            b'[' | b'{' => *depth += 1,
            b']' | b'}' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        Some(*depth)
    };
    text.bytes().scan(0, open).max().unwrap_or_default()
}

/// Returns the line of a node.
pub(super) fn line(node: &MarkedYaml<'_>) -> usize {
    node.span.start.line()
}

/// Converts a node to JSON.
pub(super) fn to_json(node: &MarkedYaml<'_>) -> Result<Value, String> {
    let unsupported = |what: &str| Err(format!("{}: error: {what}", line(node)));
    match &node.data {
        YamlData::Value(scalar) => Ok(scalar_to_json(scalar)),
        YamlData::Sequence(values) => values.iter().map(to_json).collect::<Result<_, _>>().map(Value::Array),
        YamlData::Mapping(entries) => {
            let entry = |(key, value): (&MarkedYaml<'_>, &MarkedYaml<'_>)| Ok((key_of(key)?, to_json(value)?));
            entries.iter().map(entry).collect::<Result<Map<_, _>, String>>().map(Value::Object)
        }
        YamlData::Tagged(_, node) => to_json(node),
        _ => unsupported("aliases are not supported"),
    }
}

fn key_of(node: &MarkedYaml<'_>) -> Result<String, String> {
    match to_json(node)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err(format!("{}: error: a key is not a text", line(node))),
    }
}

fn scalar_to_json(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::Number((*value).into()),
        Scalar::FloatingPoint(value) => Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number),
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

/// Prints a list of scripts as YAML: blocks outside, and JSON for texts, which YAML reads alike.
pub(crate) fn print(value: &Value, indent: usize) -> String {
    let space = " ".repeat(indent);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let entry =
                |(key, value): (&String, &Value)| format!("{space}{}:{}", key_text(key), nested(value, indent + 2));
            entries.iter().map(entry).collect()
        }
        Value::Array(values) if !values.is_empty() => {
            let item = |value: &Value| match value {
                Value::Object(entries) if !entries.is_empty() => {
                    let text = print(value, indent + 2);
                    format!("{space}- {}", text.trim_start())
                }
                other => format!("{space}- {other}\n"),
            };
            values.iter().map(item).collect()
        }
        other => format!("{space}{other}\n"),
    }
}

fn nested(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(entries) if !entries.is_empty() => format!("\n{}", print(value, indent)),
        Value::Array(values) if values.iter().any(Value::is_object) => format!("\n{}", print(value, indent)),
        other => format!(" {other}\n"),
    }
}

fn key_text(key: &str) -> String {
    let is_plain = key.starts_with(|it: char| it.is_ascii_alphabetic())
        && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        && !matches!(key, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if is_plain { key.to_owned() } else { Value::from(key).to_string() }
}
