//! JSON, printed into one buffer.

use std::io::Write;

use super::{EnumOf, JsonEnum, JsonError, JsonMessage, JsonResult, JsonValue, Null, Plain, PrintOptions, Slot, base64};

/// Prints messages. What cannot be printed, such as a time out of range, is told by [`Writer::finish`].
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    print: PrintOptions,
    depth: usize,
    error: Option<JsonError>,
    visit: FieldFilter,
}

/// Which of the fields that are written are printed.
#[derive(Debug)]
enum FieldFilter {
    All,
    /// This one, and only its value.
    One(&'static str),
    /// None, only the names of those that are update masks are wanted.
    Masks(Vec<&'static str>),
}

/// Deeper than what any implementation of protobuf reads.
const MAX_DEPTH: usize = 200;

impl Writer {
    /// Prints nothing yet.
    pub fn new(print: &PrintOptions) -> Self {
        Self { out: Vec::with_capacity(256), print: print.clone(), depth: 0, error: None, visit: FieldFilter::All }
    }

    /// Prints a field: a scalar, a message, or a list or a map of either. `name` is that of the `.proto`.
    pub fn field<S: Slot>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        self.slot::<Plain, S>(name, json_name, slot);
    }

    /// Prints a field of values of the enum `E`.
    pub fn enumeration<E: JsonEnum>(
        &mut self,
        name: &'static str,
        json_name: &'static str,
        slot: &impl Slot<EnumOf<E>>,
    ) {
        self.slot(name, json_name, slot);
    }

    /// Prints a field of values of `google.protobuf.NullValue`.
    pub fn null(&mut self, name: &'static str, json_name: &'static str, slot: &impl Slot<Null>) {
        self.slot(name, json_name, slot);
    }

    /// Prints a member of a oneof, or a required field: whatever its value.
    pub fn member<T: JsonValue>(&mut self, name: &'static str, json_name: &'static str, value: &T) {
        self.entry(name, json_name, |out| value.write(out));
    }

    /// Prints a member of a oneof, or a required field: a value of the enum `E`.
    pub fn enumeration_member<E: JsonEnum>(&mut self, name: &'static str, json_name: &'static str, number: &i32) {
        self.entry(name, json_name, |out| JsonValue::<EnumOf<E>>::write(number, out));
    }

    /// Prints a member of a oneof: a value of `google.protobuf.NullValue`.
    pub fn null_member(&mut self, name: &'static str, json_name: &'static str, number: &i32) {
        self.entry(name, json_name, |out| JsonValue::<Null>::write(number, out));
    }

    /// Prints a field whatever its value.
    pub(super) fn always<S: Slot>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        self.entry(name, json_name, |out| slot.print(out));
    }

    /// All that was printed, or why it could not be.
    pub fn finish(self) -> JsonResult<Vec<u8>> {
        self.error.map_or(Ok(self.out), Err)
    }

    /// Prints only the value of the field `name` of those that are written; `null` if it is a member of a oneof that is
    /// not set.
    pub(super) fn only(&mut self, name: &'static str, write_fields: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.visit = FieldFilter::One(name);
        write_fields(self);
        self.visit = FieldFilter::All;
        if self.out.len() == start {
            self.raw("null");
        }
    }

    fn slot<K, S: Slot<K>>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        match &mut self.visit {
            FieldFilter::All if slot.is_unset() && !(self.print.defaults && S::HAS_DEFAULT) => (),
            FieldFilter::Masks(masks) => masks.extend(S::IS_MASK.then_some(name)),
            _ => self.entry(name, json_name, |out| slot.print(out)),
        }
    }

    fn entry(&mut self, name: &'static str, json_name: &'static str, write: impl FnOnce(&mut Self)) {
        match self.visit {
            FieldFilter::All => {
                let key = if self.print.proto_names { name } else { json_name };
                self.key(key);
                write(self);
            }
            FieldFilter::One(wanted) if wanted == name => {
                self.visit = FieldFilter::All;
                write(self);
                self.visit = FieldFilter::One(wanted);
            }
            FieldFilter::One(_) | FieldFilter::Masks(_) => (),
        }
    }

    /// An object of the fields of a message.
    pub(super) fn message(&mut self, message: &impl JsonMessage) {
        self.object(|out| message.write(out));
    }

    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.nested(b'{', b'}', write);
    }

    pub(super) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.nested(b'[', b']', |out| {
            for item in items {
                out.separate();
                write(out, item);
            }
        });
    }

    fn nested(&mut self, open: u8, close: u8, write: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            return self.fail("is nested too deeply to be printed");
        }
        self.depth += 1;
        self.out.push(open);
        write(self);
        self.out.push(close);
        self.depth -= 1;
    }

    /// The key of an entry of the object that was begun.
    pub(super) fn key(&mut self, key: &str) {
        self.separate();
        self.string(key);
        self.out.push(b':');
    }

    /// Whatever ends in a bracket was just begun: no value does.
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        self.out.push(b'"');
        let mut plain = 0;
        for (index, byte) in text.bytes().enumerate() {
            if matches!(byte, b'"' | b'\\' | 0..0x20) {
                self.out.extend_from_slice(&text.as_bytes()[plain..index]);
                self.escape(byte);
                plain = index + 1;
            }
        }
        self.out.extend_from_slice(&text.as_bytes()[plain..]);
        self.out.push(b'"');
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

    pub(super) fn base64(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        base64::encode(bytes, &mut self.out);
        self.out.push(b'"');
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn display(&mut self, value: impl std::fmt::Display) {
        // Writing to memory cannot fail.
        let _ = write!(self.out, "{value}");
    }

    /// In quotes, for what needs no escapes.
    pub(super) fn quoted(&mut self, value: impl std::fmt::Display) {
        self.display(format_args!("\"{value}\""));
    }

    pub(super) fn print(&self) -> &PrintOptions {
        &self.print
    }

    pub(super) fn fail(&mut self, why: &str) {
        self.error.get_or_insert_with(|| JsonError::value(why));
        self.raw("null");
    }

    /// Prints with `attempt`, and if that fails, takes back what it printed and prints with `otherwise`.
    pub(super) fn attempt(&mut self, attempt: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        let (start, depth, before) = (self.out.len(), self.depth, self.error.take());
        attempt(self);
        if self.error.is_some() {
            self.out.truncate(start);
            self.depth = depth;
            self.error = None;
            otherwise(self);
        }
        self.error = before.or(self.error.take());
    }
}

/// The fields of a message that are a `google.protobuf.FieldMask`.
pub(crate) fn mask_fields<T: JsonValue>() -> Vec<&'static str> {
    let mut writer = Writer::new(&PrintOptions::default());
    writer.visit = FieldFilter::Masks(Vec::new());
    T::default().write_fields(&mut writer);
    match writer.visit {
        FieldFilter::Masks(names) => names,
        FieldFilter::All | FieldFilter::One(_) => Vec::new(),
    }
}
