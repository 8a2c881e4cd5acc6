//! Typed fields of a JSON object.

use std::time::Duration;

use super::{
    invalid::{InvalidServiceConfig, Parsed, TextPosition},
    json::{JsonEntry, JsonNode, NodeValue},
};
use crate::Code;

/// The longest duration, as in `google.protobuf.Duration`.
const MAX_SECONDS: u64 = 315_576_000_000;

/// An object whose fields are read by name. A field that is `null` is not set.
pub(super) struct ObjectFields<'a> {
    pub(super) position: TextPosition,
    entries: &'a [JsonEntry],
}

impl<'a> ObjectFields<'a> {
    /// Returns the fields of an object. `what` names it in errors.
    pub(super) fn of(node: &'a JsonNode, what: &str) -> Parsed<Self> {
        match &node.value {
            NodeValue::Object(entries) => Ok(Self { position: node.position, entries }),
            _ => Err(invalid(node.position, format!("`{what}` is not an object"), "write `{...}`")),
        }
    }

    /// Returns the first field that is not among these names.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<(TextPosition, &'a str)> {
        let entry = self.entries.iter().find(|entry| !known.contains(&entry.key.as_str()))?;
        Some((entry.position, &entry.key))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a JsonNode> {
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(&entry.node).filter(|node| !matches!(node.value, NodeValue::Null))
    }

    /// Returns the items of a list; none if it is not set.
    pub(super) fn list(&self, name: &str) -> Parsed<&'a [JsonNode]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(JsonNode { value: NodeValue::List(nodes), .. }) => Ok(nodes),
            Some(node) => Err(invalid(node.position, format!("`{name}` is not a list"), "write `[...]`")),
        }
    }

    pub(super) fn text(&self, name: &str) -> Parsed<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(JsonNode { value: NodeValue::Text(text), .. }) => Ok(Some(text)),
            Some(node) => Err(invalid(node.position, format!("`{name}` is not a string"), "write it in quotes")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Parsed<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(JsonNode { value: NodeValue::Bool(flag), .. }) => Ok(Some(*flag)),
            Some(node) => Err(invalid(node.position, format!("`{name}` is not a boolean"), "use true or false")),
        }
    }

    pub(super) fn number(&self, name: &str) -> Parsed<Option<f64>> {
        match self.get(name) {
            None => Ok(None),
            Some(JsonNode { value: NodeValue::Number(text), .. }) => Ok(text.parse().ok()),
            Some(node) => Err(invalid(node.position, format!("`{name}` is not a number"), "write it without quotes")),
        }
    }

    /// Returns a number that must be an integer of 32 bits.
    pub(super) fn integer(&self, name: &str) -> Parsed<Option<u32>> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        let is_integer = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        let error = || invalid(self.position_of(name), format!("invalid `{name}: {number}`"), "use an integer");
        is_integer.then_some(Some(number as u32)).ok_or_else(error)
    }

    /// Returns a duration that must be more than zero.
    pub(super) fn duration(&self, name: &str) -> Parsed<Option<Duration>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match parse_duration(text) {
            Some(Duration::ZERO) => Err(invalid(self.position_of(name), format!("`{name}` is zero"), DURATION_HELP)),
            Some(duration) => Ok(Some(duration)),
            None => {
                Err(invalid(self.position_of(name), format!("invalid duration `{text}` for `{name}`"), DURATION_HELP))
            }
        }
    }

    /// Returns a list of status codes, each a name or a number.
    pub(super) fn codes(&self, name: &str) -> Parsed<Vec<Code>> {
        self.list(name)?.iter().map(code).collect()
    }

    /// Returns the position of a field, or of the object without it.
    pub(super) fn position_of(&self, name: &str) -> TextPosition {
        self.get(name).map_or(self.position, |node| node.position)
    }
}

const DURATION_HELP: &str = "use seconds, such as `1.5s`";

pub(super) fn invalid(position: TextPosition, message: impl Into<String>, help: &str) -> InvalidServiceConfig {
    InvalidServiceConfig::new(position, message, help)
}

fn code(node: &JsonNode) -> Parsed<Code> {
    let (code, text) = match &node.value {
        NodeValue::Text(name) => {
            let mut codes = (1..=16).filter_map(Code::from_number);
            (codes.find(|code| code.name().eq_ignore_ascii_case(name)), name.as_str())
        }
        NodeValue::Number(number) => (number.parse().ok().and_then(Code::from_number), number.as_str()),
        _ => (None, "..."),
    };
    let help = "use a gRPC status code, such as UNAVAILABLE";
    code.ok_or_else(|| invalid(node.position, format!("unknown status code `{text}`"), help))
}

/// Parses the JSON form of `google.protobuf.Duration`.
fn parse_duration(text: &str) -> Option<Duration> {
    let number = text.strip_suffix('s')?;
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(seconds) || !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let seconds = seconds.parse().ok().filter(|seconds| *seconds <= MAX_SECONDS)?;
    Some(Duration::new(seconds, format!("{fraction:0<9}").parse().ok()?))
}
