//! Values without a schema: `Struct`, `Value` and `ListValue`.

use prost_types::{ListValue, Struct, value::Kind};

use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    print::Writer,
    read::{Decoder, FieldReader, ValueSource},
    values::{NODE, fields},
};

impl JsonValue for Struct {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            for (key, value) in &self.fields {
                out.key(key);
                value.write(out);
            }
        });
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        schemaless(source, |decoder| match decoder.tokens.peek() {
            Some(b'{') => object(decoder),
            _ => decoder.mismatch("must be an object"),
        })
    }

    fields!(object: "fields" => object.fields);

    fn may_have_key(_: &str) -> bool {
        true
    }
}

impl JsonValue for ListValue {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        out.array(&self.values, |out, value| value.write(out));
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        schemaless(source, |decoder| match decoder.tokens.peek() {
            Some(b'[') => list(decoder),
            _ => decoder.mismatch("must be an array"),
        })
    }

    fields!(list: "values" => list.values);
}

impl JsonValue for prost_types::Value {
    const IS_MESSAGE: bool = true;
    const HAS_NULL: bool = true;

    fn write(&self, out: &mut Writer) {
        match &self.kind {
            None | Some(Kind::NullValue(_)) => out.raw("null"),
            Some(Kind::NumberValue(number)) if !number.is_finite() => {
                out.fail("is a value that is not a finite number")
            }
            Some(Kind::NumberValue(number)) => number.write(out),
            Some(Kind::StringValue(text)) => out.string(text),
            Some(Kind::BoolValue(value)) => value.write(out),
            Some(Kind::StructValue(object)) => object.write(out),
            Some(Kind::ListValue(list)) => list.write(out),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        schemaless(source, value)
    }

    fn write_fields(&self, out: &mut Writer) {
        match &self.kind {
            None => (),
            Some(Kind::NullValue(value)) => out.null_member("null_value", "nullValue", value),
            Some(Kind::NumberValue(value)) => out.member("number_value", "numberValue", value),
            Some(Kind::StringValue(value)) => out.member("string_value", "stringValue", value),
            Some(Kind::BoolValue(value)) => out.member("bool_value", "boolValue", value),
            Some(Kind::StructValue(value)) => out.member("struct_value", "structValue", value),
            Some(Kind::ListValue(value)) => out.member("list_value", "listValue", value),
        }
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        let kind = &mut self.kind;
        match name {
            "null_value" | "nullValue" => field.null_member("null_value", kind, Kind::NullValue),
            "number_value" | "numberValue" => {
                field.member("number_value", kind, Kind::NumberValue)?;
                check_number(kind).map_err(|error| error.within("number_value"))
            }
            "string_value" | "stringValue" => field.member("string_value", kind, Kind::StringValue),
            "bool_value" | "boolValue" => field.member("bool_value", kind, Kind::BoolValue),
            "struct_value" | "structValue" => field.member("struct_value", kind, Kind::StructValue),
            "list_value" | "listValue" => field.member("list_value", kind, Kind::ListValue),
            _ => field.unknown(name),
        }
    }

    fn may_have_key(_: &str) -> bool {
        true
    }

    fn null() -> Option<Self> {
        Some(Self { kind: Some(Kind::NullValue(0)) })
    }
}

/// A number that a field may hold, but a value of JSON may not.
fn check_number(kind: &Option<Kind>) -> JsonResult {
    match kind {
        Some(Kind::NumberValue(number)) if !number.is_finite() => Err(JsonError::value("must be a finite number")),
        _ => Ok(()),
    }
}

/// A value without a schema; in the path and the query it is a text of JSON.
fn schemaless<T>(source: ValueSource<'_, '_>, read: fn(&mut Decoder<'_>) -> JsonResult<T>) -> JsonResult<Option<T>> {
    let text = source.one_text()?.unwrap_or_default();
    if source.is_json {
        return source.decoder.as_a_whole(read).map(Some);
    }
    let mut decoder = Decoder::new(text.as_bytes(), source.decoder.options)?;
    let value = read(&mut decoder)?;
    decoder.tokens.end().map(|()| Some(value))
}

fn value(decoder: &mut Decoder<'_>) -> JsonResult<prost_types::Value> {
    let kind = match decoder.tokens.peek() {
        Some(b'{') => Kind::StructValue(object(decoder)?),
        Some(b'[') => Kind::ListValue(list(decoder)?),
        Some(b'"') => Kind::StringValue(decoder.tokens.string()?.into_owned()),
        Some(b't' | b'f') => Kind::BoolValue(decoder.tokens.boolean()?),
        Some(b'n') => return decoder.tokens.skip().map(|()| prost_types::Value { kind: Some(Kind::NullValue(0)) }),
        Some(b'-' | b'0'..=b'9') => Kind::NumberValue(finite(decoder)?),
        _ => return decoder.mismatch("must be a value"),
    };
    Ok(prost_types::Value { kind: Some(kind) })
}

fn finite(decoder: &mut Decoder<'_>) -> JsonResult<f64> {
    let number = decoder.tokens.number()?.parse::<f64>().ok();
    number.filter(|number| number.is_finite()).ok_or_else(|| JsonError::value("is out of range"))
}

fn object(decoder: &mut Decoder<'_>) -> JsonResult<Struct> {
    let (mut object, mut first) = (Struct::default(), true);
    decoder.tokens.open(b'{')?;
    while let Some(key) = decoder.tokens.key(&mut first)? {
        let entries = if object.fields.is_empty() { NODE } else { 2 };
        decoder.tokens.charge(entries * size_of::<(String, prost_types::Value)>())?;
        let item = value(decoder).map_err(|error| error.within(&key))?;
        if object.fields.contains_key(&*key) {
            return Err(JsonError::value("is given more than once").within(key));
        }
        object.fields.insert(key.into_owned(), item);
    }
    Ok(object)
}

fn list(decoder: &mut Decoder<'_>) -> JsonResult<ListValue> {
    let (mut list, mut first) = (ListValue::default(), true);
    decoder.tokens.open(b'[')?;
    while decoder.tokens.item(&mut first)? {
        let index = list.values.len();
        decoder.tokens.charge(if index == 0 { 4 } else { 2 } * size_of::<prost_types::Value>())?;
        list.values.push(value(decoder).map_err(|error| error.within(format_args!("[{index}]")))?);
    }
    Ok(list)
}
