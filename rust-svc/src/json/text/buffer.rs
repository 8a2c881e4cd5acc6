//! JSON text that is being printed.

use std::{fmt::Display, io::Write as _};

use super::{base64, plain::plain_length};
use crate::json::error::{JsonError, JsonResult};

/// The deepest nesting that is printed, which is more than any implementation of protobuf reads.
const MAX_DEPTH: usize = 200;

/// The text that is printed so far, and the first error.
#[derive(Debug, Default)]
pub(crate) struct JsonBuffer {
    text: Vec<u8>,
    depth: usize,
    error: Option<JsonError>,
}

impl JsonBuffer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn finish(self) -> JsonResult<Vec<u8>> {
        self.error.map_or(Ok(self.text), Err)
    }

    /// Prints a value between brackets.
    pub(crate) fn open(&mut self, bracket: u8) -> bool {
        if self.depth == MAX_DEPTH {
            self.fail("is nested too deeply to be printed");
            return false;
        }
        self.depth += 1;
        self.text.push(bracket);
        true
    }

    pub(crate) fn close(&mut self, bracket: u8) {
        self.text.push(bracket);
        self.depth -= 1;
    }

    /// Prints a comma unless the text ends with an opening bracket, as no value does.
    pub(crate) fn separate(&mut self) {
        if !matches!(self.text.last(), None | Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn display(&mut self, value: impl Display) {
        // Writing to memory cannot fail.
        let _ = write!(self.text, "{value}");
    }

    pub(crate) fn integer(&mut self, value: impl itoa::Integer) {
        self.raw(itoa::Buffer::new().format(value));
    }

    /// Prints a number with the fewest digits that are read as the same number.
    pub(crate) fn float(&mut self, value: impl ryu::Float) {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(value);
        self.raw(text.strip_suffix(".0").unwrap_or(text));
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.text.reserve(text.len() + 2);
        self.text.push(b'"');
        let mut rest = text.as_bytes();
        loop {
            let (plain, end) = rest.split_at(plain_length(rest));
            self.text.extend_from_slice(plain);
            let Some((special, behind)) = end.split_first() else { break };
            self.escape(*special);
            rest = behind;
        }
        self.text.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.raw("\\\""),
            b'\\' => self.raw("\\\\"),
            b'\n' => self.raw("\\n"),
            b'\r' => self.raw("\\r"),
            b'\t' => self.raw("\\t"),
            0x8 => self.raw("\\b"),
            0xc => self.raw("\\f"),
            other => self.display(format_args!("\\u{other:04x}")),
        }
    }

    pub(crate) fn base64(&mut self, bytes: &[u8]) {
        self.text.push(b'"');
        base64::encode(bytes, &mut self.text);
        self.text.push(b'"');
    }

    /// Keeps the first error; `null` takes the place of the value.
    pub(crate) fn fail(&mut self, why: &str) {
        self.error.get_or_insert_with(|| JsonError::value(why));
        self.raw("null");
    }

    /// Marks the current end of the text, for [`undo_if_failed`](Self::undo_if_failed).
    pub(crate) fn begin(&mut self) -> Checkpoint {
        Checkpoint { length: self.text.len(), depth: self.depth, error: self.error.take() }
    }

    /// Removes the text since a checkpoint if printing it failed. Returns whether it did.
    pub(crate) fn undo_if_failed(&mut self, checkpoint: Checkpoint) -> bool {
        let has_failed = self.error.is_some();
        if has_failed {
            self.text.truncate(checkpoint.length);
            self.depth = checkpoint.depth;
        }
        self.error = checkpoint.error;
        has_failed
    }
}

/// A place in the text to return to.
pub(crate) struct Checkpoint {
    length: usize,
    depth: usize,
    error: Option<JsonError>,
}
