//! The nodes of an OpenAPI description, with their positions.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};

use crate::diagnostics::{Position, Problem};

/// The deepest nesting of brackets.
const MAX_DEPTH: i32 = 200;

/// A node of a description.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    yaml: &'a MarkedYaml<'a>,
    file: &'a str,
}

/// Parses YAML, of which JSON is a part.
pub(super) fn parse<'a>(file: &str, text: &'a str) -> Result<MarkedYaml<'a>, Problem> {
    let problem = |line: usize, column: usize, message: String| {
        let position = Position { file: file.to_owned(), line: line as u32, column: column as u32 };
        Problem { position, ..Problem::uncoded(message, "") }
    };
    if depth(text) > MAX_DEPTH {
        return Err(problem(0, 0, "nested too deeply".to_owned()));
    }
    let mut documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let mark = error.marker();
        problem(mark.line(), mark.col() + 1, error.info().to_owned())
    })?;
    match documents.len() {
        1 => Ok(documents.remove(0)),
        number => {
            let problem = problem(0, 0, format!("{number} documents, not one"));
            let help =
                if number == 0 { "the file is empty: name another one" } else { "put each document into a file" };
            Err(Problem { help: help.to_owned(), ..problem })
        }
    }
}

/// Returns the deepest nesting of brackets, and of sequences on one line. Brackets in strings count, too, which are few.
fn depth(text: &str) -> i32 {
    let brackets = text.bytes().scan(0, |depth, byte| {
        *depth += i32::from(matches!(byte, b'[' | b'{')) - i32::from(matches!(byte, b']' | b'}'));
        Some(*depth)
    });
    let lines = text.lines().map(|line| {
        let indentation = line.len() - line.trim_start().len();
        (indentation + line.matches("- ").count()) as i32
    });
    brackets.chain(lines).max().unwrap_or_default()
}

impl<'a> Node<'a> {
    pub(super) fn new(file: &'a str, yaml: &'a MarkedYaml<'a>) -> Self {
        Self { yaml, file }
    }

    fn at(self, yaml: &'a MarkedYaml<'a>) -> Self {
        Self { yaml, ..self }
    }

    /// Returns the value of a key.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.entries().into_iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// Returns the keys and values of a mapping. Keys that are not strings, such as numbers, have their text.
    pub(super) fn entries(self) -> Vec<(String, Self)> {
        let YamlData::Mapping(mapping) = &self.yaml.data else { return Vec::new() };
        mapping.iter().map(|(key, value)| (scalar(key).unwrap_or_default(), self.at(value))).collect()
    }

    /// Returns the elements of a sequence.
    pub(super) fn items(self) -> Vec<Self> {
        let YamlData::Sequence(items) = &self.yaml.data else { return Vec::new() };
        items.iter().map(|item| self.at(item)).collect()
    }

    /// Returns the text of a scalar.
    pub(super) fn text(self) -> Option<String> {
        scalar(self.yaml)
    }

    /// Returns the text of a key; empty if there is none.
    pub(super) fn text_of(self, key: &str) -> String {
        self.get(key).and_then(Self::text).unwrap_or_default()
    }

    /// Returns whether a key is true.
    pub(super) fn is(self, key: &str) -> bool {
        self.text_of(key) == "true"
    }

    /// Follows a JSON pointer such as `/components/schemas/User`.
    pub(super) fn pointer(self, pointer: &str) -> Option<Self> {
        let keys = pointer.split('/').filter(|key| !key.is_empty());
        keys.map(|key| key.replace("~1", "/").replace("~0", "~")).try_fold(self, |node, key| node.get(&key))
    }

    /// Returns the position.
    pub(super) fn position(self) -> Position {
        let start = &self.yaml.span.start;
        Position { file: self.file.to_owned(), line: start.line() as u32, column: start.col() as u32 + 1 }
    }
}

fn scalar(yaml: &MarkedYaml<'_>) -> Option<String> {
    match &yaml.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        YamlData::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        YamlData::Representation(text, ..) => Some(text.to_string()),
        _ => None,
    }
}
