//! JSON (RFC 8259), read token by token.

use std::{borrow::Cow, collections::HashMap};

use super::{number, plain::plain_length};
use crate::json::error::{JsonError, JsonResult};

/// Reads JSON from front to back, without building a tree of it.
#[derive(Default)]
pub(crate) struct Tokenizer<'b> {
    text: &'b str,
    position: usize,
    depth: usize,
    max_depth: usize,
    /// The memory that further values may take, of `max_memory`.
    memory: usize,
    max_memory: usize,
    /// The values of `@type` in objects that have it, by the positions of both.
    types: HashMap<usize, usize>,
    /// Up to where `types` is complete.
    indexed: usize,
    #[cfg(test)]
    pub(crate) steps: usize,
}

/// A position of a [`Tokenizer`].
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    position: usize,
    depth: usize,
}

impl<'b> Tokenizer<'b> {
    pub(crate) fn new(bytes: &'b [u8], max_depth: usize, max_memory: usize) -> JsonResult<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonError::syntax("is not valid JSON: it is not UTF-8"))?;
        if text.starts_with('\u{feff}') {
            return Err(JsonError::syntax("is not valid JSON: it starts with a byte order mark"));
        }
        Ok(Self { text, max_depth, memory: max_memory, max_memory, ..Self::default() })
    }

    /// Returns the next byte that is not white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.position += 1;
        }
        self.byte()
    }

    /// Takes the memory of a value. Fails if all values take too much.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: usize) -> JsonResult {
        let Some(left) = self.memory.checked_sub(bytes) else {
            let most = self.max_memory;
            return Err(JsonError::syntax(format!("has too many values: they take more than {most} bytes of memory")));
        };
        self.memory = left;
        Ok(())
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { position: self.position, depth: self.depth }
    }

    /// Returns where the value of `@type` in the next object is, unless it is the first entry. Each part of the text is
    /// read for this at most once.
    pub(crate) fn find_type(&mut self) -> JsonResult<Option<Mark>> {
        self.peek();
        let start = self.mark();
        if start.position >= self.indexed {
            self.index_value()?;
            self.indexed = self.position;
            self.rewind(start);
        }
        let found = self.types.get(&start.position);
        Ok(found.map(|position| Mark { position: *position, depth: self.depth + 1 }))
    }

    /// Reads past a value, and notes the values of `@type` within it.
    fn index_value(&mut self) -> JsonResult {
        let (mut first, start) = (true, self.position);
        match self.peek() {
            Some(b'{') => {
                self.open(b'{')?;
                while let Some(key) = self.key(&mut first)? {
                    self.peek();
                    if key == "@type" {
                        self.types.entry(start).or_insert(self.position);
                    }
                    self.index_value()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.open(b'[')?;
                while self.item(&mut first)? {
                    self.peek();
                    self.index_value()?;
                }
                Ok(())
            }
            _ => self.skip(),
        }
    }

    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.position = mark.position;
        self.depth = mark.depth;
    }

    /// Fails unless only white space is left.
    pub(crate) fn end(&mut self) -> JsonResult {
        if self.peek().is_some() { self.fail("something follows its end") } else { Ok(()) }
    }

    /// Reads the word `null` if it is next.
    #[inline]
    pub(crate) fn null(&mut self) -> JsonResult<bool> {
        if self.peek() == Some(b'n') { self.word("null").map(|()| true) } else { Ok(false) }
    }

    pub(crate) fn boolean(&mut self) -> JsonResult<bool> {
        let value = self.peek() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    /// Reads a number, as it is written.
    pub(crate) fn number(&mut self) -> JsonResult<&'b str> {
        self.peek();
        let rest = &self.text[self.position..];
        let Some(length) = number::scan(rest.as_bytes()) else { return self.fail("a number is malformed") };
        self.position += length;
        Ok(&rest[..length])
    }

    #[inline]
    pub(crate) fn string(&mut self) -> JsonResult<Cow<'b, str>> {
        #[cfg(test)]
        {
            self.steps += 1;
        }
        self.take(b'"', "expected `\"`")?;
        let plain = self.plain_text()?;
        if self.byte() == Some(b'"') {
            self.position += 1;
            return Ok(Cow::Borrowed(plain));
        }
        self.escaped(plain.to_owned()).map(Cow::Owned)
    }

    /// Enters an object or an array.
    pub(crate) fn open(&mut self, bracket: u8) -> JsonResult {
        self.take(bracket, if bracket == b'{' { "expected `{`" } else { "expected `[`" })?;
        self.depth += 1;
        if self.depth > self.max_depth { self.fail("it is nested too deeply") } else { Ok(()) }
    }

    /// Reads the next key of an object; `None` at its end, which it leaves.
    pub(crate) fn key(&mut self, first: &mut bool) -> JsonResult<Option<Cow<'b, str>>> {
        if !self.another(b'}', first, "expected `,` or `}`")? {
            return Ok(None);
        }
        let key = self.string()?;
        self.take(b':', "expected `:`")?;
        Ok(Some(key))
    }

    /// Returns whether an array has another item. Otherwise leaves it.
    pub(crate) fn item(&mut self, first: &mut bool) -> JsonResult<bool> {
        self.another(b']', first, "expected `,` or `]`")
    }

    /// Reads past a value of any kind.
    pub(crate) fn skip(&mut self) -> JsonResult {
        let mut first = true;
        match self.peek() {
            Some(b'{') => {
                self.open(b'{')?;
                while self.key(&mut first)?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.open(b'[')?;
                while self.item(&mut first)? {
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'"') => self.string().map(drop),
            Some(b'n') => self.word("null"),
            Some(b't' | b'f') => self.boolean().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => self.fail("a value is missing"),
        }
    }

    /// Fails because the text is not JSON.
    #[cold]
    pub(crate) fn fail<T>(&self, why: &str) -> JsonResult<T> {
        let before = &self.text[..self.position];
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Err(JsonError::syntax(format!("is not valid JSON: {why} at line {line}, column {column}")))
    }

    #[inline]
    fn another(&mut self, end: u8, first: &mut bool, expected: &str) -> JsonResult<bool> {
        let first = std::mem::take(first);
        match self.peek() {
            Some(byte) if byte == end => {
                self.position += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.position += 1;
                if self.peek() == Some(end) { self.fail("something must follow `,`") } else { Ok(true) }
            }
            Some(_) if first => Ok(true),
            _ => self.fail(expected),
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8, expected: &str) -> JsonResult {
        if self.peek() != Some(byte) {
            return self.fail(expected);
        }
        self.position += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> JsonResult {
        self.peek();
        if !self.text[self.position..].starts_with(word) {
            return self.fail("a value is malformed");
        }
        self.position += word.len();
        Ok(())
    }

    /// Reads text up to a quote or a backslash.
    #[inline]
    fn plain_text(&mut self) -> JsonResult<&'b str> {
        let rest = &self.text[self.position..];
        let length = plain_length(rest.as_bytes());
        self.position += length;
        match self.byte() {
            None => self.fail("a string has no end"),
            Some(0..0x20) => self.fail("a string holds a control character that is not escaped"),
            Some(_) => Ok(&rest[..length]),
        }
    }

    /// Reads the rest of a string that holds escapes.
    fn escaped(&mut self, mut text: String) -> JsonResult<String> {
        loop {
            if self.byte() == Some(b'"') {
                self.position += 1;
                return Ok(text);
            }
            self.position += 1;
            let character = self.escape()?;
            text.push(character);
            text.push_str(self.plain_text()?);
        }
    }

    fn escape(&mut self) -> JsonResult<char> {
        let letter = self.byte();
        self.position += usize::from(letter.is_some_and(|letter| letter.is_ascii()));
        match letter {
            Some(b'"') => Ok('"'),
            Some(b'\\') => Ok('\\'),
            Some(b'/') => Ok('/'),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => self.unicode(),
            _ => self.fail("a string holds an unknown escape"),
        }
    }

    fn unicode(&mut self) -> JsonResult<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).map_or_else(|| self.fail("a string holds half a surrogate pair"), Ok);
        }
        let paired = self.text[self.position..].starts_with("\\u");
        if !paired {
            return self.fail("a string holds half a surrogate pair");
        }
        self.position += 2;
        let second = self.four_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return self.fail("a string holds half a surrogate pair");
        }
        let scalar = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(scalar).map_or_else(|| self.fail("a string holds half a surrogate pair"), Ok)
    }

    fn four_digits(&mut self) -> JsonResult<u32> {
        let digits = self.text.get(self.position..self.position + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(value) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return self.fail("`\\u` must be followed by four hexadecimal digits");
        };
        self.position += 4;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Tokenizer;

    fn check(text: &[u8]) -> super::JsonResult {
        let mut reader = Tokenizer::new(text, 100, usize::MAX)?;
        reader.skip()?;
        reader.end()
    }

    #[test]
    fn valid_json_is_accepted() {
        for text in [
            "null",
            "true",
            "false",
            "0",
            "-1.5e+3",
            "\"\"",
            "{}",
            "[]",
            " [ 1 , 2 ] ",
            "\t{\"a\" : [ {} ] }\r\n",
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#,
            "\"\u{e9}\u{7f}\"",
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn invalid_json_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "nulls",
            "True",
            "NaN",
            "Infinity",
            "-",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "0x10",
            "'a'",
            "\"",
            "\"a",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\u+123\"",
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\ud800\n""#,
            r#""\ud800\ud800""#,
            r#""\udc00""#,
            "\"\n\"",
            "\"\u{0}\"",
            "{",
            "}",
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{1:1}",
            "{\"a\":1 \"b\":2}",
            "1 2",
            "{}{}",
            "[] x",
            "/* */ 1",
            "// 1\n1",
            "\u{feff}{}",
            "\"\\\u{e9}\"",
            "\"\\u\u{e9}\u{e9}\"",
        ] {
            assert!(check(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(check(b"\"\xff\"").is_err());
        assert!(check(b"\"\xed\xa0\x80\"").is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(nested(100).as_bytes()), Ok(()));
        assert!(check(nested(101).as_bytes()).is_err());
        assert!(check("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn errors_have_a_line_and_column() {
        let error = check(b"{\n  \"a\" 1}").expect_err("no colon");
        assert_eq!(error.to_string(), "is not valid JSON: expected `:` at line 2, column 7");
    }
}
