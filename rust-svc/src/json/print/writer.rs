//! Prints values and the fields of messages into one buffer.

use std::fmt::Display;

use crate::json::{
    error::JsonResult,
    options::PrintOptions,
    text::{JsonBuffer, indent},
};

/// Prints messages. [`Writer::finish`] returns the error of a value that cannot be printed, such as a time out of range.
#[derive(Debug)]
pub struct Writer {
    buffer: JsonBuffer,
    options: PrintOptions,
    pub(super) filter: FieldFilter,
}

/// Which of the written fields are printed.
#[derive(Debug)]
pub(super) enum FieldFilter {
    All,
    /// Only the value of this one.
    One(&'static str),
    /// None: only the names of the messages that fields hold are collected.
    Types(Vec<(&'static str, &'static str)>),
    /// None: only texts and bytes are collected.
    Bytes(Vec<(&'static str, Vec<u8>)>),
    /// None: only texts and bytes of the message in this one are collected.
    BytesOf(&'static str),
    /// None, since what was wanted is collected.
    Done(Vec<(&'static str, Vec<u8>)>),
}

impl Writer {
    /// Creates a writer that has printed nothing.
    pub fn new(options: &PrintOptions) -> Self {
        Self::resume(JsonBuffer::with_capacity(1024), options)
    }

    /// Continues to print into a buffer.
    pub(crate) fn resume(buffer: JsonBuffer, options: &PrintOptions) -> Self {
        Self { buffer, options: options.clone(), filter: FieldFilter::All }
    }

    pub(crate) fn into_buffer(self) -> JsonBuffer {
        self.buffer
    }

    /// Returns the text, or why it could not be printed.
    pub fn finish(self) -> JsonResult<Vec<u8>> {
        let text = self.buffer.finish()?;
        Ok(if self.options.pretty { indent(&text) } else { text })
    }

    /// Prints only the value of the field `name` of those that are written; `null` if it is an unset member of a oneof.
    pub(crate) fn only(&mut self, name: &'static str, write_fields: impl FnOnce(&mut Self)) {
        let start = self.buffer.len();
        self.filter = FieldFilter::One(name);
        write_fields(self);
        self.filter = FieldFilter::All;
        if self.buffer.len() == start {
            self.raw("null");
        }
    }

    /// Prints a field if the filter lets it through.
    pub(super) fn entry(&mut self, name: &'static str, json_name: &'static str, write: impl FnOnce(&mut Self)) {
        match self.filter {
            FieldFilter::All => {
                let key = if self.options.proto_names { name } else { json_name };
                self.key(key);
                write(self);
            }
            FieldFilter::One(wanted) if wanted == name => {
                self.filter = FieldFilter::All;
                write(self);
                self.filter = FieldFilter::One(wanted);
            }
            FieldFilter::BytesOf(wanted) if wanted == name => {
                self.filter = FieldFilter::Bytes(Vec::new());
                write(self);
                if let FieldFilter::Bytes(values) = std::mem::replace(&mut self.filter, FieldFilter::All) {
                    self.filter = FieldFilter::Done(values);
                }
            }
            _ => (),
        }
    }

    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        if self.buffer.open(b'{') {
            write(self);
            self.buffer.close(b'}');
        }
    }

    pub(crate) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        if self.buffer.open(b'[') {
            for item in items {
                self.buffer.separate();
                write(self, item);
            }
            self.buffer.close(b']');
        }
    }

    /// Prints the key of the next entry of an object.
    pub(crate) fn key(&mut self, key: &str) {
        self.buffer.separate();
        self.buffer.string(key);
        self.buffer.raw(":");
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.buffer.string(text);
    }

    pub(crate) fn base64(&mut self, bytes: &[u8]) {
        self.buffer.base64(bytes);
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.buffer.raw(text);
    }

    pub(crate) fn display(&mut self, value: impl Display) {
        self.buffer.display(value);
    }

    pub(crate) fn integer(&mut self, value: impl itoa::Integer) {
        self.buffer.integer(value);
    }

    pub(crate) fn float(&mut self, value: impl ryu::Float) {
        self.buffer.float(value);
    }

    /// Prints a value that needs no escapes in quotes.
    pub(crate) fn quoted(&mut self, value: impl Display) {
        self.display(format_args!("\"{value}\""));
    }

    pub(crate) fn options(&self) -> &PrintOptions {
        &self.options
    }

    pub(crate) fn fail(&mut self, why: &str) {
        self.buffer.fail(why);
    }

    /// Prints with `attempt`. If that fails, removes its text and prints with `otherwise`.
    pub(crate) fn attempt(&mut self, attempt: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        let checkpoint = self.buffer.begin();
        attempt(self);
        if self.buffer.undo_if_failed(checkpoint) {
            otherwise(self);
        }
    }

    /// Prints into the buffer with the options of this writer.
    pub(crate) fn with_buffer<T>(&mut self, print: impl FnOnce(&mut JsonBuffer, &PrintOptions) -> T) -> T {
        print(&mut self.buffer, &self.options)
    }
}
