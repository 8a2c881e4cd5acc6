//! Messages from JSON, from the path and from the query, all by the one match of [`JsonMessage::read`].

use std::borrow::Cow;

use super::{
    EnumOf, JsonEnum, JsonError, JsonResult, JsonValue, ParseOptions, Plain, Slot, params::ParameterTree,
    reader::Tokenizer,
};

/// What a message is read from.
pub(super) struct Decoder<'b> {
    pub(super) reader: Tokenizer<'b>,
    pub(super) parse: &'b ParseOptions,
    /// The fields that were read, of each message that is being read, outermost first.
    seen: Vec<&'static str>,
    /// The object that comes next holds a packed message, and its type.
    packed: bool,
    presence: Option<PresentFields>,
}

/// Which fields of a body are there, for the update mask of a PATCH.
#[derive(Default)]
struct PresentFields {
    path: Vec<&'static str>,
    found: Vec<String>,
}

/// Where one value comes from: the next value of the JSON, parameters of the path and the query, or both.
pub struct ValueSource<'a, 'b> {
    pub(super) input: &'a mut Decoder<'b>,
    pub(super) json: bool,
    pub(super) nodes: Vec<&'b ParameterTree>,
    pub(super) texts: Vec<&'b str>,
}

/// A field of a message that is being read. The message tells by its name what it is, see [`JsonValue::read_field`].
pub struct FieldReader<'a, 'b>(FieldOrigin<'a, 'b>);

enum FieldOrigin<'a, 'b> {
    /// It is in the JSON.
    Json { input: &'a mut Decoder<'b>, frame: &'a MessageScope<'b> },
    /// It is in the path or the query only.
    Parameter { input: &'a mut Decoder<'b>, frame: &'a MessageScope<'b> },
    /// Only its name is asked for.
    Name(&'a mut Option<&'static str>),
}

/// The message that is being read.
struct MessageScope<'b> {
    /// Where its fields start in [`Decoder::seen`].
    start: usize,
    /// Its fields in the path and the query.
    children: Vec<(&'static str, &'b ParameterTree)>,
}

impl<'b> Decoder<'b> {
    pub(super) fn new(json: &'b [u8], parse: &'b ParseOptions) -> JsonResult<Self> {
        let reader = Tokenizer::new(json, parse.max_depth)?;
        Ok(Self { reader, parse, seen: Vec::new(), packed: false, presence: None })
    }

    /// The next value of the JSON.
    pub(super) fn json(&mut self) -> ValueSource<'_, 'b> {
        ValueSource { input: self, json: true, nodes: Vec::new(), texts: Vec::new() }
    }

    /// The object that comes next is a packed message: it holds `@type` beside its fields.
    pub(super) fn packed(&mut self) -> ValueSource<'_, 'b> {
        self.packed = true;
        self.json()
    }

    pub(super) fn parameters(&mut self, nodes: Vec<&'b ParameterTree>) -> ValueSource<'_, 'b> {
        let texts = nodes.iter().flat_map(|node| node.texts()).map(String::as_str).collect();
        let json = nodes.iter().any(|node| node.is_body());
        ValueSource { input: self, json, nodes, texts }
    }

    pub(super) fn text(&mut self, text: &'b str) -> ValueSource<'_, 'b> {
        ValueSource { input: self, json: false, nodes: Vec::new(), texts: vec![text] }
    }

    /// Notes from now on which fields the JSON holds.
    pub(super) fn watch_presence(&mut self) {
        self.presence = Some(PresentFields::default());
    }

    /// The paths of the fields that the JSON held, sorted.
    pub(super) fn take_presence(&mut self) -> Vec<String> {
        let mut found = self.presence.take().unwrap_or_default().found;
        found.sort_unstable();
        found
    }

    /// Reads what a mask does not look into: lists, maps, and values without a schema.
    pub(super) fn as_a_whole<T>(&mut self, read: impl FnOnce(&mut Self) -> JsonResult<T>) -> JsonResult<T> {
        let presence = self.presence.take();
        let result = read(self);
        self.presence = presence;
        result
    }

    fn within_presence(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> JsonResult) -> JsonResult {
        let Some(presence) = &mut self.presence else { return read(self) };
        presence.path.push(name);
        let before = presence.found.len();
        let result = read(self);
        if let Some(presence) = &mut self.presence {
            if presence.found.len() == before {
                presence.found.push(presence.path.join("."));
            }
            presence.path.pop();
        }
        result
    }

    fn see(&mut self, name: &'static str, frame: &MessageScope<'b>) -> JsonResult {
        if self.seen[frame.start..].contains(&name) {
            return Err(JsonError::value("is given more than once").within(name));
        }
        self.seen.push(name);
        Ok(())
    }
}

impl<'b> ValueSource<'_, 'b> {
    /// Takes a JSON `null`, which means that the value is not in the JSON. False if there is a value all the same.
    pub(super) fn take_null(&mut self) -> JsonResult<bool> {
        if self.json && self.input.reader.null()? {
            self.json = false;
            return Ok(self.texts.is_empty() && self.nodes.iter().all(|node| node.children().is_empty()));
        }
        Ok(false)
    }

    /// A value that is one token of JSON or one text of a parameter.
    pub(super) fn scalar<T: Default + PartialEq>(
        self,
        json: impl FnOnce(&mut Decoder<'b>) -> JsonResult<T>,
        text: impl FnOnce(&'b str) -> JsonResult<T>,
    ) -> JsonResult<T> {
        let given = self.one_text()?;
        let read = if self.json { json(self.input)? } else { T::default() };
        let Some(given) = given else { return Ok(read) };
        let value = text(given)?;
        if read != T::default() && read != value {
            return Err(JsonError::value("has one value in the body and another one in the path"));
        }
        Ok(value)
    }

    /// A value that is a string in JSON.
    pub(super) fn string<T: Default + PartialEq>(self, parse: impl Fn(&str) -> JsonResult<T>) -> JsonResult<T> {
        self.scalar(|input| parse(&input.string()?), &parse)
    }

    /// The text of a parameter that may be given once, and has no fields.
    pub(super) fn one_text(&self) -> JsonResult<Option<&'b str>> {
        if self.nodes.iter().any(|node| !node.children().is_empty()) {
            return Err(JsonError::value("is not a message or a map whose fields can be set"));
        }
        match self.texts[..] {
            [] => Ok(None),
            [text] => Ok(Some(text)),
            _ => Err(JsonError::value("is given more than once")),
        }
    }

    /// A message, from its fields in the JSON and those in the path and the query.
    pub(super) fn fields<T: JsonValue>(self) -> JsonResult<T> {
        if !self.texts.is_empty() {
            return Err(JsonError::value("is a message: name one of its fields"));
        }
        let Self { input, json, nodes, .. } = self;
        let mut message = T::default();
        let frame = MessageScope { start: input.seen.len(), children: children::<T>(&nodes, input.parse)? };
        if json {
            read_object(&mut message, input, &frame)?;
        }
        read_parameters(&mut message, input, &frame)?;
        input.seen.truncate(frame.start);
        Ok(message)
    }
}

impl Decoder<'_> {
    pub(super) fn string(&mut self) -> JsonResult<Cow<'_, str>> {
        match self.reader.peek() {
            Some(b'"') => self.reader.string(),
            _ => self.mismatch("must be a string"),
        }
    }

    /// Fails because the next value is of the wrong kind, or is no JSON at all.
    pub(super) fn mismatch<T>(&mut self, expected: &str) -> JsonResult<T> {
        self.reader.skip()?;
        Err(JsonError::value(expected))
    }

    /// Enters an object.
    pub(super) fn open_object(&mut self) -> JsonResult {
        match self.reader.peek() {
            Some(b'{') => self.reader.open(b'{'),
            _ => self.mismatch("must be an object"),
        }
    }

    /// Enters an array.
    pub(super) fn open_array(&mut self) -> JsonResult {
        match self.reader.peek() {
            Some(b'[') => self.reader.open(b'['),
            _ => self.mismatch("must be an array"),
        }
    }
}

fn read_object<'b>(message: &mut impl JsonValue, input: &mut Decoder<'b>, frame: &MessageScope<'b>) -> JsonResult {
    let packed = std::mem::take(&mut input.packed);
    input.open_object()?;
    let mut first = true;
    while let Some(key) = input.reader.key(&mut first)? {
        if packed && key == "@type" {
            input.reader.skip()?;
        } else {
            message.read_field(&key, FieldReader(FieldOrigin::Json { input, frame }))?;
        }
    }
    Ok(())
}

fn read_parameters<'b>(message: &mut impl JsonValue, input: &mut Decoder<'b>, frame: &MessageScope<'b>) -> JsonResult {
    for (index, (name, _)) in frame.children.iter().enumerate() {
        let is_first = frame.children[..index].iter().all(|(before, _)| before != name);
        if is_first && !input.seen[frame.start..].contains(name) {
            message.read_field(name, FieldReader(FieldOrigin::Parameter { input, frame }))?;
        }
    }
    Ok(())
}

/// The fields of a message in the path and the query, by their names in the `.proto`.
fn children<'b, T: JsonValue>(
    nodes: &[&'b ParameterTree],
    parse: &ParseOptions,
) -> JsonResult<Vec<(&'static str, &'b ParameterTree)>> {
    let mut children = Vec::new();
    for child in nodes.iter().flat_map(|node| node.children()) {
        match field_name::<T>(child.name()).filter(|_| !child.is_key()) {
            Some(name) => children.push((name, child)),
            None if parse.ignore_unknown => (),
            None => return Err(JsonError::value("is not a field of the request").within(child.name())),
        }
    }
    Ok(children)
}

/// The name in the `.proto` of a field that goes by `name` there or in JSON; `None` if there is no such field.
pub(crate) fn field_name<T: JsonValue>(name: &str) -> Option<&'static str> {
    let mut found = None;
    // A field that is asked for its name only has nothing to read that could fail.
    let _ = T::default().read_field(name, FieldReader(FieldOrigin::Name(&mut found)));
    found
}

impl FieldReader<'_, '_> {
    /// Reads the field `name` of the `.proto` into its place: a scalar, a message, or a list or a map of either.
    pub fn read<S: Slot>(self, name: &'static str, slot: &mut S) -> JsonResult {
        self.fill(name, |source| slot.fill(source))
    }

    /// Reads the field `name` of the `.proto` into its place: values of the enum `E`.
    pub fn enumeration<E: JsonEnum>(self, name: &'static str, slot: &mut impl Slot<EnumOf<E>>) -> JsonResult {
        self.fill(name, |source| slot.fill(source))
    }

    /// Reads the field `name` of the `.proto` into its place: values of `google.protobuf.NullValue`.
    pub fn null(self, name: &'static str, slot: &mut impl Slot<super::Null>) -> JsonResult {
        self.fill(name, |source| slot.fill(source))
    }

    /// Reads the member `name` of a oneof.
    pub fn member<O, T: JsonValue>(self, name: &'static str, oneof: &mut Option<O>, variant: fn(T) -> O) -> JsonResult {
        self.fill(name, |source| member::<Plain, O, T>(source, oneof, variant))
    }

    /// Reads the member `name` of a oneof: a value of the enum `E`.
    pub fn enumeration_member<E, O>(
        self,
        name: &'static str,
        oneof: &mut Option<O>,
        variant: fn(i32) -> O,
    ) -> JsonResult
    where
        E: JsonEnum,
    {
        self.fill(name, |source| member::<EnumOf<E>, O, i32>(source, oneof, variant))
    }

    /// Reads the member `name` of a oneof: a value of `google.protobuf.NullValue`.
    pub fn null_member<O>(self, name: &'static str, oneof: &mut Option<O>, variant: fn(i32) -> O) -> JsonResult {
        self.fill(name, |source| member::<super::Null, O, i32>(source, oneof, variant))
    }

    /// The message has no field that is called `name`.
    pub fn unknown(self, name: &str) -> JsonResult {
        match self.0 {
            FieldOrigin::Json { input, .. } if input.parse.ignore_unknown => input.reader.skip(),
            FieldOrigin::Json { .. } | FieldOrigin::Parameter { .. } => {
                Err(JsonError::value("is not a field of the message").within(name))
            }
            FieldOrigin::Name(_) => Ok(()),
        }
    }

    fn fill(self, name: &'static str, read: impl FnOnce(ValueSource<'_, '_>) -> JsonResult) -> JsonResult {
        match self.0 {
            FieldOrigin::Json { input, frame } => {
                input.see(name, frame)?;
                input
                    .within_presence(name, |input| read(ValueSource { json: true, ..frame.parameters(name, input) }))
                    .map_err(|error| error.within(name))
            }
            FieldOrigin::Parameter { input, frame } => {
                input.see(name, frame)?;
                read(frame.parameters(name, input)).map_err(|error| error.within(name))
            }
            FieldOrigin::Name(found) => {
                *found = Some(name);
                Ok(())
            }
        }
    }
}

impl<'b> MessageScope<'b> {
    fn parameters<'a>(&self, name: &str, input: &'a mut Decoder<'b>) -> ValueSource<'a, 'b> {
        if self.children.is_empty() {
            return input.json();
        }
        let own = self.children.iter().filter(|(child, _)| *child == name);
        input.parameters(own.map(|(_, node)| *node).collect())
    }
}

fn member<K, O, T: JsonValue<K>>(
    mut source: ValueSource<'_, '_>,
    oneof: &mut Option<O>,
    variant: fn(T) -> O,
) -> JsonResult {
    let value = if source.take_null()? { T::null() } else { T::read(source)? };
    if value.is_some() && oneof.is_some() {
        return Err(JsonError::value("is set beside another member of its oneof"));
    }
    *oneof = value.map(variant).or(oneof.take());
    Ok(())
}
