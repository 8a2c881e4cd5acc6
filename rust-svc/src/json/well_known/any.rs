//! Packed messages, as JSON of their own types.

use super::{packed_type::VALUE, types};
use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    options::{PackedType, TypeRegistry},
    print::Writer,
    read::{Decoder, FieldReader, ValueSource},
};

/// The key of a packed message's type.
const TYPE: &str = "@type";

impl JsonValue for prost_types::Any {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        if self.type_url.is_empty() && self.value.is_empty() {
            return out.object(|_| ());
        }
        match find(&self.type_url, &out.options().types) {
            Some(found) => out.attempt(|out| write_typed(self, found, out), |out| write_bytes(self, out)),
            None => write_bytes(self, out),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        if source.one_text()?.is_some() || !source.is_json {
            return Err(JsonError::value("cannot be set in the path or the query"));
        }
        source.decoder.as_a_whole(read_any).map(Some)
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

fn find(url: &str, registry: &TypeRegistry) -> Option<PackedType> {
    let name = url.rsplit('/').next()?;
    registry.get(name).or_else(|| types::find(name))
}

/// Prints the message as its own type does.
fn write_typed(any: &prost_types::Any, found: PackedType, out: &mut Writer) {
    out.object(|out| {
        out.key(TYPE);
        out.string(&any.type_url);
        if !out.with_buffer(|buffer, options| (found.print)(&any.value, buffer, options)) {
            out.fail("holds bytes that are not of its type");
        }
    });
}

/// Prints the bytes of a message of an unknown type, so that nothing of it is lost.
fn write_bytes(any: &prost_types::Any, out: &mut Writer) {
    out.object(|out| {
        out.key(TYPE);
        out.string(&any.type_url);
        out.key(VALUE);
        out.base64(&any.value);
    });
}

fn read_any(decoder: &mut Decoder<'_>) -> JsonResult<prost_types::Any> {
    let start = decoder.tokens.mark();
    let Some(type_url) = type_url(decoder)? else { return Ok(prost_types::Any::default()) };
    let found = find(&type_url, &decoder.options.types).filter(|_| type_url.contains('/'));
    let found = found.ok_or_else(|| JsonError::value("is not a type that is known here").within(TYPE))?;
    decoder.tokens.rewind(start);
    let value =
        if found.has_fields { (found.read)(&mut decoder.tokens, decoder.options)? } else { special(decoder, found)? };
    Ok(prost_types::Any { type_url, value })
}

/// Reads past an object and finds the type of the packed message, anywhere in it; `None` if the object is empty.
fn type_url(decoder: &mut Decoder<'_>) -> JsonResult<Option<String>> {
    decoder.open_object()?;
    let (mut first, mut found, mut is_empty) = (true, None, true);
    while let Some(key) = decoder.tokens.key(&mut first)? {
        is_empty = false;
        if key != TYPE {
            decoder.tokens.skip()?;
        } else if found.is_none() {
            found = Some(decoder.string().map_err(|error| error.within(TYPE))?.into_owned());
        } else {
            return Err(JsonError::value("is given more than once").within(TYPE));
        }
    }
    if found.is_none() && !is_empty {
        return Err(JsonError::value("is required").within(TYPE));
    }
    Ok(found)
}

fn special(decoder: &mut Decoder<'_>, found: PackedType) -> JsonResult<Vec<u8>> {
    decoder.open_object()?;
    let (mut first, mut value) = (true, None);
    while let Some(key) = decoder.tokens.key(&mut first)? {
        match &*key {
            TYPE => decoder.tokens.skip()?,
            VALUE if value.is_some() => return Err(JsonError::value("is given more than once").within(VALUE)),
            VALUE => {
                let read = (found.read)(&mut decoder.tokens, decoder.options);
                value = Some(read.map_err(|error| error.within(VALUE))?);
            }
            other => return Err(JsonError::value("is not a field of the message").within(other)),
        }
    }
    Ok(value.unwrap_or_default())
}
