//! JSON with positions, so that each error names its line and column.

use std::{iter::Peekable, str::Chars};

use super::invalid::{InvalidServiceConfig, Parsed, TextPosition};

/// The greatest depth of lists and objects.
const MAX_DEPTH: usize = 32;

/// A value and its position.
#[derive(Clone, Debug)]
pub(super) struct JsonNode {
    pub(super) position: TextPosition,
    pub(super) value: NodeValue,
}

/// A JSON value. Numbers keep their text.
#[derive(Clone, Debug)]
pub(super) enum NodeValue {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<JsonNode>),
    Object(Vec<JsonEntry>),
}

/// An entry of an object.
#[derive(Clone, Debug)]
pub(super) struct JsonEntry {
    pub(super) position: TextPosition,
    pub(super) key: String,
    pub(super) node: JsonNode,
}

/// Reads a document.
struct JsonReader<'a> {
    text: Peekable<Chars<'a>>,
    position: TextPosition,
}

/// Parses a document, which is one value.
pub(super) fn parse(text: &str) -> Parsed<JsonNode> {
    let mut reader = JsonReader { text: text.chars().peekable(), position: TextPosition { line: 1, column: 1 } };
    let node = reader.node(0)?;
    reader.skip_space();
    match reader.text.peek() {
        None => Ok(node),
        Some(_) => Err(reader.unexpected("after the document")),
    }
}

impl JsonReader<'_> {
    fn node(&mut self, depth: usize) -> Parsed<JsonNode> {
        self.skip_space();
        let position = self.position;
        let value = match self.text.peek() {
            Some('{' | '[') if depth == MAX_DEPTH => return Err(self.invalid("too many nested values")),
            Some('{') => NodeValue::Object(self.object(depth)?),
            Some('[') => NodeValue::List(self.list(depth)?),
            Some('"') => NodeValue::Text(self.string()?),
            Some('-' | '0'..='9') => NodeValue::Number(self.number()?),
            Some('a'..='z') => self.word()?,
            _ => return Err(self.unexpected("where a value is expected")),
        };
        Ok(JsonNode { position, value })
    }

    fn object(&mut self, depth: usize) -> Parsed<Vec<JsonEntry>> {
        let mut entries: Vec<JsonEntry> = Vec::new();
        self.separated('}', |reader| {
            let position = reader.position;
            let key = reader.string()?;
            reader.skip_space();
            reader.expect(':')?;
            let node = reader.node(depth + 1)?;
            if entries.iter().any(|entry| entry.key == key) {
                let message = format!("duplicate field `{key}`");
                return Err(InvalidServiceConfig::new(position, message, "remove one of them"));
            }
            entries.push(JsonEntry { position, key, node });
            Ok(())
        })?;
        Ok(entries)
    }

    fn list(&mut self, depth: usize) -> Parsed<Vec<JsonNode>> {
        let mut nodes = Vec::new();
        self.separated(']', |reader| {
            nodes.push(reader.node(depth + 1)?);
            Ok(())
        })?;
        Ok(nodes)
    }

    /// Reads items that commas separate, up to the closing bracket.
    fn separated(&mut self, close: char, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.advance();
        self.skip_space();
        if self.text.peek() == Some(&close) {
            self.advance();
            return Ok(());
        }
        loop {
            self.skip_space();
            item(self)?;
            self.skip_space();
            if self.text.peek() == Some(&close) {
                self.advance();
                return Ok(());
            }
            self.expect(',')?;
        }
    }

    fn string(&mut self) -> Parsed<String> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.text.peek() {
                Some('"') => {
                    self.advance();
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape()?),
                Some(character) if *character >= ' ' => text.extend(self.advance()),
                _ => return Err(self.unexpected("in a string")),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        self.advance();
        let character = match self.text.peek() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(same @ ('"' | '\\' | '/')) => *same,
            Some('u') => return self.unicode(),
            _ => return Err(self.unexpected("after a backslash")),
        };
        self.advance();
        Ok(character)
    }

    /// Reads the four digits of `\u`. Names and values of service configs need no surrogate pairs.
    fn unicode(&mut self) -> Parsed<char> {
        self.advance();
        let mut number = 0;
        for _ in 0..4 {
            let digit = self.text.peek().and_then(|digit| digit.to_digit(16));
            number = number * 16 + digit.ok_or_else(|| self.unexpected("in an escape"))?;
            self.advance();
        }
        char::from_u32(number).ok_or_else(|| self.invalid("a surrogate in an escape"))
    }

    fn number(&mut self) -> Parsed<String> {
        let mut text = String::new();
        while let Some('-' | '+' | '.' | 'e' | 'E' | '0'..='9') = self.text.peek() {
            text.extend(self.advance());
        }
        let is_json = text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            && !text.ends_with('.')
            && text.parse::<f64>().is_ok_and(f64::is_finite);
        if is_json { Ok(text) } else { Err(self.invalid(&format!("invalid number `{text}`"))) }
    }

    fn word(&mut self) -> Parsed<NodeValue> {
        let (position, mut word) = (self.position, String::new());
        while let Some('a'..='z') = self.text.peek() {
            word.extend(self.advance());
        }
        match word.as_str() {
            "null" => Ok(NodeValue::Null),
            "true" => Ok(NodeValue::Bool(true)),
            "false" => Ok(NodeValue::Bool(false)),
            _ => Err(InvalidServiceConfig::new(position, format!("invalid value `{word}`"), "write JSON")),
        }
    }

    fn expect(&mut self, character: char) -> Parsed<()> {
        if self.text.peek() != Some(&character) {
            return Err(self.unexpected(&format!("where `{character}` is expected")));
        }
        self.advance();
        Ok(())
    }

    fn skip_space(&mut self) {
        while let Some(' ' | '\n' | '\r' | '\t') = self.text.peek() {
            self.advance();
        }
    }

    fn advance(&mut self) -> Option<char> {
        let character = self.text.next()?;
        let TextPosition { line, column } = &mut self.position;
        (*line, *column) = if character == '\n' { (*line + 1, 1) } else { (*line, *column + 1) };
        Some(character)
    }

    fn unexpected(&mut self, place: &str) -> InvalidServiceConfig {
        match self.text.peek().copied() {
            Some(character) => self.invalid(&format!("unexpected `{}` {place}", character.escape_debug())),
            None => self.invalid(&format!("unexpected end {place}")),
        }
    }

    fn invalid(&self, message: &str) -> InvalidServiceConfig {
        InvalidServiceConfig::new(self.position, message, "write JSON")
    }
}
