//! The fields of messages, each read by the one match of [`JsonMessage::read`](crate::json::JsonMessage::read).

use super::{
    decoder::Decoder,
    parameter_tree::{ParameterTree, PathStep},
    source::{FieldOrigin, FieldReader, MessageScope, ValueSource},
};
use crate::json::{
    error::{JsonError, JsonResult},
    message::{EnumOf, JsonEnum, JsonValue, Null, Plain, Slot},
    options::ParseOptions,
};

impl FieldReader<'_, '_> {
    /// Marks the field as one that only the service sets: no update mask names it.
    pub fn output_only(mut self) -> Self {
        self.is_output_only = true;
        self
    }

    /// Reads the field with the proto name `name` into its place: a scalar, a message, or a list or a map of either.
    pub fn read<S: Slot>(self, name: &'static str, slot: &mut S) -> JsonResult {
        self.fill(name, |source| slot.fill(source))
    }

    /// Reads the field with the proto name `name` into its place: values of the enum `E`.
    pub fn enumeration<E: JsonEnum>(self, name: &'static str, slot: &mut impl Slot<EnumOf<E>>) -> JsonResult {
        self.fill(name, |source| slot.fill(source))
    }

    /// Reads the field with the proto name `name` into its place: values of `google.protobuf.NullValue`.
    pub fn null(self, name: &'static str, slot: &mut impl Slot<Null>) -> JsonResult {
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
        self.fill(name, |source| member::<Null, O, i32>(source, oneof, variant))
    }

    /// Refuses or skips a field that the message does not have.
    pub fn unknown(self, name: &str) -> JsonResult {
        match self.origin {
            FieldOrigin::Json { decoder, .. } if decoder.options.ignore_unknown => decoder.tokens.skip(),
            FieldOrigin::Json { .. } | FieldOrigin::Parameter { .. } => {
                Err(JsonError::value("is not a field of the message").within(name))
            }
            FieldOrigin::Name(_) => Ok(()),
        }
    }

    fn fill(self, name: &'static str, read: impl FnOnce(ValueSource<'_, '_>) -> JsonResult) -> JsonResult {
        let is_output_only = self.is_output_only;
        match self.origin {
            FieldOrigin::Json { decoder, scope } => {
                decoder.see(name, scope.start)?;
                let read = |decoder: &mut _| read(ValueSource { is_json: true, ..scope.parameters(name, decoder) });
                let result = match is_output_only {
                    true => decoder.without_presence(read),
                    false => decoder.within_presence(name, read),
                };
                result.map_err(|error| error.within(name))
            }
            FieldOrigin::Parameter { decoder, scope } => {
                decoder.see(name, scope.start)?;
                if is_output_only && decoder.note_output_only() {
                    return Ok(());
                }
                read(scope.parameters(name, decoder)).map_err(|error| error.within(name))
            }
            FieldOrigin::Name(found) => {
                *found = Some(name);
                Ok(())
            }
        }
    }
}

fn member<K, O, T: JsonValue<K>>(
    source: ValueSource<'_, '_>,
    oneof: &mut Option<O>,
    variant: fn(T) -> O,
) -> JsonResult {
    let value = source.read_or_null()?;
    if value.is_some() && oneof.is_some() {
        return Err(JsonError::value("is set beside another member of its oneof"));
    }
    *oneof = value.map(variant).or(oneof.take());
    Ok(())
}

impl ValueSource<'_, '_> {
    /// Reads a value; `None` if it is not set.
    pub(crate) fn read_or_null<K, T: JsonValue<K>>(mut self) -> JsonResult<Option<T>> {
        if self.is_empty_message() {
            return Ok(T::IS_MESSAGE.then(T::default));
        }
        if self.take_null()? { Ok(T::null()) } else { T::read(self) }
    }

    /// Reads a message from its fields in the JSON and those in the path and the query.
    pub(crate) fn fields<T: JsonValue>(self) -> JsonResult<T> {
        if !self.texts.is_empty() {
            return Err(JsonError::value("is a message: name one of its fields"));
        }
        let Self { decoder, is_json, nodes, .. } = self;
        decoder.tokens.charge(size_of::<T>())?;
        let mut message = T::default();
        let scope = MessageScope { start: decoder.begin_message(), children: children::<T>(&nodes, decoder.options)? };
        if is_json {
            read_object(&mut message, decoder, &scope)?;
        }
        read_parameters(&mut message, decoder, &scope)?;
        decoder.end_message(scope.start);
        Ok(message)
    }
}

fn read_object<'b>(message: &mut impl JsonValue, decoder: &mut Decoder<'b>, scope: &MessageScope<'b>) -> JsonResult {
    let is_packed = decoder.take_packed();
    decoder.open_object()?;
    let (mut first, mut has_type) = (true, false);
    while let Some(key) = decoder.tokens.key(&mut first)? {
        if is_packed && key == "@type" {
            if std::mem::replace(&mut has_type, true) {
                return Err(JsonError::value("is given more than once").within(key));
            }
            decoder.tokens.skip()?;
        } else {
            message.read_field(&key, FieldOrigin::Json { decoder, scope }.into())?;
        }
    }
    Ok(())
}

fn read_parameters<'b>(
    message: &mut impl JsonValue,
    decoder: &mut Decoder<'b>,
    scope: &MessageScope<'b>,
) -> JsonResult {
    for (index, (name, _)) in scope.children.iter().enumerate() {
        let is_first = scope.children[..index].iter().all(|(before, _)| before != name);
        if is_first && !decoder.has_seen(name, scope.start) {
            message.read_field(name, FieldOrigin::Parameter { decoder, scope }.into())?;
        }
    }
    Ok(())
}

/// Returns the fields of a message in the path and the query, by their proto names.
fn children<'b, T: JsonValue>(
    nodes: &[&'b ParameterTree],
    options: &ParseOptions,
) -> JsonResult<Vec<(&'static str, &'b ParameterTree)>> {
    let mut children = Vec::new();
    for child in nodes.iter().flat_map(|node| node.children()) {
        match field_name::<T>(child.name()).filter(|_| !child.is_key()) {
            Some(name) => children.push((name, child)),
            None if options.ignore_unknown => (),
            None => return Err(JsonError::value("is not a field of the request").within(child.name())),
        }
    }
    Ok(children)
}

/// Returns the proto name of a field with this proto or JSON name; `None` if there is no such field.
pub(crate) fn field_name<T: JsonValue>(name: &str) -> Option<&'static str> {
    let mut found = None;
    // Asking for a name reads nothing, so it cannot fail.
    let _ = T::default().read_field(name, FieldOrigin::Name(&mut found).into());
    found
}

/// Returns whether a path, by proto names, leads to a field that holds a text.
pub(crate) fn is_text<T: JsonValue>(path: &str) -> bool {
    let mut tree = ParameterTree::root();
    tree.at(path.split('.').map(PathStep::Field)).push("\"no number\"".to_owned());
    let options = ParseOptions::default();
    let Ok(mut decoder) = Decoder::new(b"", &options) else { return false };
    ValueSource::parameters(vec![&tree], &mut decoder).fields::<T>().is_ok()
}

/// Returns whether a path, by proto or JSON names, leads to or into a field that only the service sets.
pub(crate) fn is_output_only<T: JsonValue>(path: &str) -> bool {
    let mut tree = ParameterTree::root();
    tree.at(path.split('.').map(PathStep::Field)).push(String::new());
    let options = ParseOptions::default();
    let Ok(mut decoder) = Decoder::new(b"", &options) else { return false };
    decoder.watch_output_only();
    // The path has no value, so reading it fails, unless it stops at such a field.
    let _ = ValueSource::parameters(vec![&tree], &mut decoder).fields::<T>();
    decoder.has_output_only()
}
