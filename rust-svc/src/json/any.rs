//! Packed messages, as JSON of their own types.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
};

use super::{FieldReader, JsonError, JsonMessage, JsonResult, JsonValue, ValueSource, Writer, known};
use crate::types::wkt;

/// The key of a packed message's type.
const TYPE: &str = "@type";
/// The key of a packed value that is no object of fields.
const VALUE: &str = "value";

/// A type whose messages may be packed in a `google.protobuf.Any`.
#[derive(Clone, Copy)]
pub struct PackedType {
    name: &'static str,
    has_fields: bool,
    write: fn(&[u8], &mut Writer) -> bool,
    read: fn(ValueSource<'_, '_>) -> JsonResult<Vec<u8>>,
}

impl PackedType {
    /// A message of a `.proto`.
    pub const fn of<M: JsonMessage + prost::Message>() -> Self {
        Self { name: M::NAME, has_fields: true, write: write_fields::<M>, read: read_packed::<M> }
    }

    /// A message of `google.protobuf` that has JSON of its own kind.
    pub(super) const fn special<T: JsonValue + prost::Message + Default>(name: &'static str) -> Self {
        Self { name, has_fields: false, write: write_value::<T>, read: read_packed::<T> }
    }
}

impl fmt::Debug for PackedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn write_fields<M: JsonMessage + prost::Message>(packed: &[u8], out: &mut Writer) -> bool {
    M::decode(packed).map(|message| message.write(out)).is_ok()
}

fn write_value<T: JsonValue + prost::Message + Default>(packed: &[u8], out: &mut Writer) -> bool {
    out.key(VALUE);
    T::decode(packed).map(|value| value.write(out)).is_ok()
}

fn read_packed<T: JsonValue + prost::Message + Default>(source: ValueSource<'_, '_>) -> JsonResult<Vec<u8>> {
    T::read(source).map(|value| value.unwrap_or_default().encode_to_vec())
}

/// The types that may be packed, by their full names. Those of `google.protobuf` and `google.rpc` are always among them.
#[derive(Clone)]
pub struct TypeRegistry(Arc<HashMap<&'static str, PackedType>>);

impl TypeRegistry {
    /// Adds types, such as the `TYPES` of a generated package.
    pub fn add(&mut self, types: &[PackedType]) {
        Arc::make_mut(&mut self.0).extend(types.iter().map(|it| (it.name, *it)));
    }

    fn get(&self, url: &str) -> Option<PackedType> {
        let name = url.rsplit('/').next()?;
        self.0.get(name).copied()
    }
}

impl Default for TypeRegistry {
    fn default() -> Self {
        static KNOWN: LazyLock<TypeRegistry> = LazyLock::new(|| {
            TypeRegistry(Arc::new(known::TYPES.iter().chain(wkt::TYPES).map(|it| (it.name, *it)).collect()))
        });
        KNOWN.clone()
    }
}

impl fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeRegistry({})", self.0.len())
    }
}

impl JsonValue for prost_types::Any {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        if self.type_url.is_empty() && self.value.is_empty() {
            return out.object(|_| ());
        }
        let found = out.print().types.get(&self.type_url);
        match found {
            Some(found) => out.attempt(|out| typed(self, found, out), |out| packed(self, out)),
            None => packed(self, out),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        if source.one_text()?.is_some() || !source.json {
            return Err(JsonError::value("cannot be set in the path or the query"));
        }
        source.input.as_a_whole(any).map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        out.field("type_url", "typeUrl", &self.type_url);
        out.field("value", "value", &self.value);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "type_url" | "typeUrl" => field.read("type_url", &mut self.type_url),
            "value" => field.read("value", &mut self.value),
            _ => field.unknown(name),
        }
    }

    fn may_have_key(_: &str) -> bool {
        true
    }
}

/// As its own type prints it.
fn typed(any: &prost_types::Any, found: PackedType, out: &mut Writer) {
    out.object(|out| {
        out.key(TYPE);
        out.string(&any.type_url);
        if !(found.write)(&any.value, out) {
            out.fail("holds bytes that are not of its type");
        }
    });
}

/// Nothing is lost of a message whose type is not known here.
fn packed(any: &prost_types::Any, out: &mut Writer) {
    out.object(|out| {
        out.key(TYPE);
        out.string(&any.type_url);
        out.key(VALUE);
        out.base64(&any.value);
    });
}

fn any(input: &mut super::Decoder<'_>) -> JsonResult<prost_types::Any> {
    let start = input.reader.mark();
    let Some(type_url) = type_url(input)? else { return Ok(prost_types::Any::default()) };
    let found = input.parse.types.get(&type_url).filter(|_| type_url.contains('/'));
    let found = found.ok_or_else(|| JsonError::value("is not a type that is known here").within(TYPE))?;
    input.reader.rewind(start);
    let value = if found.has_fields { (found.read)(input.packed())? } else { special(input, found)? };
    Ok(prost_types::Any { type_url, value })
}

/// Reads past an object and finds the type of the packed message, which may stand anywhere in it; `None` if the object
/// is empty.
fn type_url(input: &mut super::Decoder<'_>) -> JsonResult<Option<String>> {
    input.open_object()?;
    let (mut first, mut found, mut is_empty) = (true, None, true);
    while let Some(key) = input.reader.key(&mut first)? {
        is_empty = false;
        if key != TYPE {
            input.reader.skip()?;
        } else if found.is_none() {
            found = Some(input.string().map_err(|error| error.within(TYPE))?.into_owned());
        } else {
            return Err(JsonError::value("is given more than once").within(TYPE));
        }
    }
    if found.is_none() && !is_empty {
        return Err(JsonError::value("is required").within(TYPE));
    }
    Ok(found)
}

fn special(input: &mut super::Decoder<'_>, found: PackedType) -> JsonResult<Vec<u8>> {
    input.open_object()?;
    let (mut first, mut value) = (true, None);
    while let Some(key) = input.reader.key(&mut first)? {
        match &*key {
            TYPE => input.reader.skip()?,
            VALUE if value.is_some() => return Err(JsonError::value("is given more than once").within(VALUE)),
            VALUE => value = Some((found.read)(input.json()).map_err(|error| error.within(VALUE))?),
            other => return Err(JsonError::value("is not a field of the message").within(other)),
        }
    }
    Ok(value.unwrap_or_default())
}
