//! Packed messages, as JSON of their own types.

use super::{packed_type::VALUE, types};
use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    options::{PackedType, TypeRegistry},
    print::Writer,
    read::{Decoder, FieldReader, ValueSource},
    text::decode_base64,
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
    let Some(type_url) = read_type(decoder)? else { return Ok(prost_types::Any::default()) };
    let has_slash = type_url.contains('/');
    let found = find(&type_url, &decoder.options.types).filter(|_| has_slash);
    decoder.tokens.rewind(start);
    let value = match found {
        Some(found) if found.has_fields => (found.read)(&mut decoder.tokens, decoder.options)?,
        Some(found) => {
            read_value(decoder, |decoder| (found.read)(&mut decoder.tokens, decoder.options))?.unwrap_or_default()
        }
        None if has_slash => read_bytes(decoder)?,
        None => return Err(unknown_type()),
    };
    Ok(prost_types::Any { type_url, value })
}

/// Finds the type of the packed message, anywhere in its object. Reads past an empty object, which has none.
fn read_type(decoder: &mut Decoder<'_>) -> JsonResult<Option<String>> {
    let (mut first, start) = (true, decoder.tokens.mark());
    decoder.open_object()?;
    let Some(key) = decoder.tokens.key(&mut first)? else { return Ok(None) };
    if key != TYPE {
        decoder.tokens.rewind(start);
        let position = decoder.tokens.find_type()?;
        decoder.tokens.rewind(position.ok_or_else(|| JsonError::value("is required").within(TYPE))?);
    }
    let type_url = decoder.string().map_err(|error| error.within(TYPE))?;
    Ok(Some(type_url.into_owned()))
}

/// Reads an object of `@type` and one value.
fn read_value<'b, T>(
    decoder: &mut Decoder<'b>,
    read: impl Fn(&mut Decoder<'b>) -> JsonResult<T>,
) -> JsonResult<Option<T>> {
    decoder.open_object()?;
    let (mut first, mut has_type, mut value) = (true, false, None);
    while let Some(key) = decoder.tokens.key(&mut first)? {
        let is_repeated = if key == TYPE { std::mem::replace(&mut has_type, true) } else { value.is_some() };
        match &*key {
            TYPE | VALUE if is_repeated => return Err(JsonError::value("is given more than once").within(key)),
            TYPE => decoder.tokens.skip()?,
            VALUE => value = Some(read(decoder).map_err(|error| error.within(VALUE))?),
            other => return Err(JsonError::value("is not a field of the message").within(other)),
        }
    }
    Ok(value)
}

/// Reads the bytes of a message of an unknown type, as they are printed.
fn read_bytes(decoder: &mut Decoder<'_>) -> JsonResult<Vec<u8>> {
    let bytes = read_value(decoder, |decoder| match decoder.tokens.peek() {
        Some(b'"') => Ok(decode_base64(&decoder.string()?)),
        _ => decoder.tokens.skip().map(|()| None),
    });
    match bytes {
        Ok(Some(Some(bytes))) => Ok(bytes),
        Err(error) if error.field().is_empty() => Err(error),
        _ => Err(unknown_type()),
    }
}

fn unknown_type() -> JsonError {
    JsonError::value("is not a type that is known here").within(TYPE)
}

#[cfg(test)]
mod tests {
    use crate::json::{
        options::ParseOptions,
        read::{Decoder, ValueSource},
    };

    /// Reads messages that are packed in each other, whose types come last, and returns how many strings were read.
    fn strings_read(depth: usize) -> usize {
        let open = r#"{"value":"#.repeat(depth);
        let close = r#","@type":"x/google.protobuf.Any"}"#.repeat(depth);
        let text = format!("{open}{{}}{close}");
        let options = ParseOptions { max_depth: 1_000, ..ParseOptions::default() };
        let mut decoder = Decoder::new(text.as_bytes(), &options).expect("UTF-8");
        let any = super::JsonValue::read(ValueSource::json(&mut decoder)).expect("valid");
        assert!(any.is_some_and(|any: prost_types::Any| any.type_url == "x/google.protobuf.Any"));
        decoder.tokens.steps
    }

    #[test]
    fn nested_packed_messages_are_read_in_linear_time() {
        let (few, many) = (strings_read(10), strings_read(100));
        assert!(many <= 10 * few, "{few} strings of 10 levels, {many} of 100");
    }
}
