//! The state of reading one message and those within it.

use std::borrow::Cow;

use super::present_fields::PresentFields;
use crate::json::{
    error::{JsonError, JsonResult},
    options::ParseOptions,
    text::Tokenizer,
};

/// Reads JSON, and keeps which fields were read.
pub(crate) struct Decoder<'b> {
    pub(crate) tokens: Tokenizer<'b>,
    pub(crate) options: &'b ParseOptions,
    /// The fields that were read, of each message that is being read, outermost first.
    seen: Vec<&'static str>,
    /// Whether the next object holds a packed message, and its type.
    is_packed: bool,
    presence: Option<PresentFields>,
    /// Whether a field that only the service sets was named, if that is asked.
    output_only: Option<bool>,
}

impl<'b> Decoder<'b> {
    pub(crate) fn new(json: &'b [u8], options: &'b ParseOptions) -> JsonResult<Self> {
        Ok(Self::resume(Tokenizer::new(json, options.max_depth, options.max_memory)?, options))
    }

    /// Continues where a tokenizer is.
    pub(crate) fn resume(tokens: Tokenizer<'b>, options: &'b ParseOptions) -> Self {
        Self { tokens, options, seen: Vec::new(), is_packed: false, presence: None, output_only: None }
    }

    /// Expects a packed message next: an object that holds `@type` beside the fields.
    pub(crate) fn expect_packed(&mut self) {
        self.is_packed = true;
    }

    pub(crate) fn take_packed(&mut self) -> bool {
        std::mem::take(&mut self.is_packed)
    }

    /// Starts to note which fields the JSON holds.
    pub(crate) fn watch_presence(&mut self) {
        self.presence = Some(PresentFields::default());
    }

    /// Returns the paths of the fields that the JSON held, sorted.
    pub(crate) fn take_presence(&mut self) -> Vec<String> {
        self.presence.take().unwrap_or_default().into_sorted()
    }

    /// Reads lists, maps, and values without a schema, into which no mask reaches.
    pub(crate) fn as_a_whole<T>(&mut self, read: impl FnOnce(&mut Self) -> JsonResult<T>) -> JsonResult<T> {
        let presence = self.presence.take();
        let result = read(self);
        self.presence = presence;
        result
    }

    /// Reads a field that only the service sets, which no mask names.
    pub(crate) fn without_presence<T>(&mut self, read: impl FnOnce(&mut Self) -> JsonResult<T>) -> JsonResult<T> {
        if let Some(presence) = &mut self.presence {
            presence.omit();
        }
        self.as_a_whole(read)
    }

    /// Starts to note whether the parameters name a field that only the service sets.
    pub(crate) fn watch_output_only(&mut self) {
        self.output_only = Some(false);
    }

    /// Notes that a field is one that only the service sets. Returns false if nobody asks.
    pub(crate) fn note_output_only(&mut self) -> bool {
        self.output_only = self.output_only.map(|_| true);
        self.output_only.is_some()
    }

    /// Returns whether the parameters named a field that only the service sets.
    pub(crate) fn has_output_only(&self) -> bool {
        self.output_only == Some(true)
    }

    /// Reads a field, and notes that it is present.
    pub(crate) fn within_presence(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> JsonResult,
    ) -> JsonResult {
        let Some(before) = self.presence.as_mut().map(|presence| presence.enter(name)) else { return read(self) };
        let result = read(self);
        if let Some(presence) = &mut self.presence {
            presence.leave(before);
        }
        result
    }

    /// Begins a message. Returns where its fields start among those that were read.
    pub(crate) fn begin_message(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn end_message(&mut self, start: usize) {
        self.seen.truncate(start);
    }

    #[inline]
    pub(crate) fn has_seen(&self, name: &str, start: usize) -> bool {
        self.seen[start..].contains(&name)
    }

    /// Notes that a field is read. Fails if it was before.
    #[inline]
    pub(crate) fn see(&mut self, name: &'static str, start: usize) -> JsonResult {
        if self.has_seen(name, start) {
            return Err(JsonError::value("is given more than once").within(name));
        }
        self.seen.push(name);
        Ok(())
    }

    #[inline]
    pub(crate) fn string(&mut self) -> JsonResult<Cow<'b, str>> {
        match self.tokens.peek() {
            Some(b'"') => self.tokens.string(),
            _ => self.mismatch("must be a string"),
        }
    }

    /// Reads a number as it is written, in quotes or not.
    pub(crate) fn number_or_string(&mut self) -> JsonResult<Cow<'b, str>> {
        match self.tokens.peek() {
            Some(b'"') => self.tokens.string(),
            Some(b'-' | b'0'..=b'9') => self.tokens.number().map(Into::into),
            _ => self.mismatch("must be a number"),
        }
    }

    /// Fails because the next value has the wrong kind, or is not JSON at all.
    pub(crate) fn mismatch<T>(&mut self, expected: &str) -> JsonResult<T> {
        self.tokens.skip()?;
        Err(JsonError::value(expected))
    }

    /// Enters an object.
    pub(crate) fn open_object(&mut self) -> JsonResult {
        match self.tokens.peek() {
            Some(b'{') => self.tokens.open(b'{'),
            _ => self.mismatch("must be an object"),
        }
    }

    /// Enters an array.
    pub(crate) fn open_array(&mut self) -> JsonResult {
        match self.tokens.peek() {
            Some(b'[') => self.tokens.open(b'['),
            _ => self.mismatch("must be an array"),
        }
    }
}
