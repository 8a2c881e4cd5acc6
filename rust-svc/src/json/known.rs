//! The messages that everybody knows: those of `google.protobuf` with JSON of their own, and those of `google.rpc`.

use prost_types::{Duration, FieldMask, ListValue, Struct, Timestamp, value::Kind};

use super::{
    FieldReader, JsonError, JsonMessage, JsonResult, JsonValue, PackedType, ValueSource, Writer, value::fields,
};
use crate::{Message as _, Violations, types::rpc};

pub(super) const TYPES: &[PackedType] = &[
    PackedType::special::<prost_types::Any>("google.protobuf.Any"),
    PackedType::special::<Timestamp>("google.protobuf.Timestamp"),
    PackedType::special::<Duration>("google.protobuf.Duration"),
    PackedType::special::<FieldMask>("google.protobuf.FieldMask"),
    PackedType::special::<Struct>("google.protobuf.Struct"),
    PackedType::special::<prost_types::Value>("google.protobuf.Value"),
    PackedType::special::<ListValue>("google.protobuf.ListValue"),
    PackedType::special::<()>("google.protobuf.Empty"),
    PackedType::special::<bool>("google.protobuf.BoolValue"),
    PackedType::special::<i32>("google.protobuf.Int32Value"),
    PackedType::special::<i64>("google.protobuf.Int64Value"),
    PackedType::special::<u32>("google.protobuf.UInt32Value"),
    PackedType::special::<u64>("google.protobuf.UInt64Value"),
    PackedType::special::<f32>("google.protobuf.FloatValue"),
    PackedType::special::<f64>("google.protobuf.DoubleValue"),
    PackedType::special::<String>("google.protobuf.StringValue"),
    PackedType::special::<Vec<u8>>("google.protobuf.BytesValue"),
    PackedType::of::<rpc::Status>(),
    PackedType::of::<rpc::BadRequest>(),
    PackedType::of::<rpc::RetryInfo>(),
    PackedType::of::<rpc::ErrorInfo>(),
];

/// `google.protobuf.Empty`.
impl JsonMessage for () {
    const NAME: &'static str = "google.protobuf.Empty";

    fn write(&self, _: &mut Writer) {}

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        field.unknown(name)
    }
}

impl JsonValue for Timestamp {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        match crate::Timestamp::read(*self, &mut Violations::default()) {
            Some(time) => out.quoted(time),
            None => out.fail("is a timestamp out of the years 1 to 9999"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let refused = || JsonError::value("must be a time of the years 1 to 9999 as in 2026-02-28T09:30:00Z");
        let parse = |text: &str| text.parse::<crate::Timestamp>().map_err(|_| refused());
        source.string(|text| parse(text).map(crate::Message::into_wire)).map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        write_nanos(self.seconds, self.nanos, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        read_nanos(name, field, &mut self.seconds, &mut self.nanos)?;
        let time = crate::Timestamp::read(*self, &mut Violations::default());
        time.map(drop).ok_or_else(|| JsonError::value("makes no time of the years 1 to 9999").within(name))
    }
}

impl JsonValue for Duration {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        match crate::SignedDuration::new(self.seconds, self.nanos) {
            Some(duration) => out.quoted(duration),
            None => out.fail("is a duration of more than 10,000 years"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let refused = || JsonError::value("must be a duration of at most 10,000 years in seconds, as in 1.5s");
        let parse = |text: &str| text.parse::<crate::SignedDuration>().map_err(|_| refused());
        source.string(|text| parse(text).map(crate::Message::into_wire)).map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        write_nanos(self.seconds, self.nanos, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        read_nanos(name, field, &mut self.seconds, &mut self.nanos)?;
        let duration = crate::SignedDuration::new(self.seconds, self.nanos);
        let refused = || JsonError::value("makes no duration of one sign and at most 10,000 years").within(name);
        duration.map(drop).ok_or_else(refused)
    }
}

/// The fields of a time or a duration.
fn write_nanos(seconds: i64, nanos: i32, out: &mut Writer) {
    out.field("seconds", "seconds", &seconds);
    out.field("nanos", "nanos", &nanos);
}

fn read_nanos(name: &str, field: FieldReader<'_, '_>, seconds: &mut i64, nanos: &mut i32) -> JsonResult {
    match name {
        "seconds" => field.read("seconds", seconds),
        "nanos" => field.read("nanos", nanos),
        _ => field.unknown(name),
    }
}

impl JsonValue for FieldMask {
    const IS_MASK: bool = true;
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        let camel: Option<Vec<String>> = self.paths.iter().map(|path| camel(path)).collect();
        match camel {
            Some(paths) => out.string(&paths.join(",")),
            None => out.fail("is a field mask with a path that JSON cannot express"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let split = |text: &str| text.split(',').filter(|_| !text.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let refused = || JsonError::value("must be paths in lowerCamelCase, separated by commas");
        let strict = |text: &str| match text.contains('_') {
            true => Err(refused()),
            false => snake(&split(text)).ok_or_else(refused),
        };
        // The query takes the names of the `.proto` as well, which is what many clients send.
        let lenient = |text: &str| snake(&split(text)).ok_or_else(refused);
        let paths = source.scalar(|input| strict(&input.string()?), lenient)?;
        Ok(Some(Self { paths }))
    }

    fields!(mask: "paths" => mask.paths);
}

/// A path in the spelling of JSON; `None` if it would not come back.
fn camel(path: &str) -> Option<String> {
    let mut camel = String::with_capacity(path.len());
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '_' => camel.push(letters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            'A'..='Z' => return None,
            other => camel.push(other),
        }
    }
    Some(camel)
}

/// Paths in the spelling of the `.proto`; `None` if one is malformed.
fn snake(paths: &[String]) -> Option<Vec<String>> {
    let letters =
        |path: &str| path == "*" || path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    let spell = |path: &String| {
        let mut snake = String::with_capacity(path.len() + 4);
        for letter in path.chars() {
            snake.extend(letter.is_ascii_uppercase().then_some('_'));
            snake.push(letter.to_ascii_lowercase());
        }
        (!path.is_empty() && letters(path)).then_some(snake)
    };
    paths.iter().map(spell).collect()
}

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
        schemaless(source, |input| match input.reader.peek() {
            Some(b'{') => object(input),
            _ => input.mismatch("must be an object"),
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
        schemaless(source, |input| match input.reader.peek() {
            Some(b'[') => list(input),
            _ => input.mismatch("must be an array"),
        })
    }

    fields!(list: "values" => list.values);
}

impl JsonValue for prost_types::Value {
    const IS_MESSAGE: bool = true;

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
fn schemaless<T>(
    source: ValueSource<'_, '_>,
    read: fn(&mut super::Decoder<'_>) -> JsonResult<T>,
) -> JsonResult<Option<T>> {
    let text = source.one_text()?.unwrap_or_default();
    if source.json {
        return source.input.as_a_whole(read).map(Some);
    }
    let mut input = super::Decoder::new(text.as_bytes(), source.input.parse)?;
    let value = read(&mut input)?;
    input.reader.end().map(|()| Some(value))
}

fn value(input: &mut super::Decoder<'_>) -> JsonResult<prost_types::Value> {
    let kind = match input.reader.peek() {
        Some(b'{') => Kind::StructValue(object(input)?),
        Some(b'[') => Kind::ListValue(list(input)?),
        Some(b'"') => Kind::StringValue(input.reader.string()?.into_owned()),
        Some(b't' | b'f') => Kind::BoolValue(input.reader.boolean()?),
        Some(b'n') => return input.reader.skip().map(|()| prost_types::Value { kind: Some(Kind::NullValue(0)) }),
        Some(b'-' | b'0'..=b'9') => Kind::NumberValue(finite(input)?),
        _ => return input.mismatch("must be a value"),
    };
    Ok(prost_types::Value { kind: Some(kind) })
}

fn finite(input: &mut super::Decoder<'_>) -> JsonResult<f64> {
    let number = input.reader.number()?.parse::<f64>().ok();
    number.filter(|number| number.is_finite()).ok_or_else(|| JsonError::value("is out of range"))
}

fn object(input: &mut super::Decoder<'_>) -> JsonResult<Struct> {
    let (mut object, mut first) = (Struct::default(), true);
    input.reader.open(b'{')?;
    while let Some(key) = input.reader.key(&mut first)? {
        let item = value(input).map_err(|error| error.within(&key))?;
        if object.fields.contains_key(&*key) {
            return Err(JsonError::value("is given more than once").within(key));
        }
        object.fields.insert(key.into_owned(), item);
    }
    Ok(object)
}

fn list(input: &mut super::Decoder<'_>) -> JsonResult<ListValue> {
    let (mut list, mut first) = (ListValue::default(), true);
    input.reader.open(b'[')?;
    while input.reader.item(&mut first)? {
        let index = list.values.len();
        list.values.push(value(input).map_err(|error| error.within(format_args!("[{index}]")))?);
    }
    Ok(list)
}

/// Clients of HTTP expect all three fields, so they are printed whatever their values.
impl JsonMessage for rpc::Status {
    const NAME: &'static str = "google.rpc.Status";

    fn write(&self, out: &mut Writer) {
        out.always("code", "code", &self.code);
        out.always("message", "message", &self.message);
        out.always("details", "details", &self.details);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "code" => field.read("code", &mut self.code),
            "message" => field.read("message", &mut self.message),
            "details" => field.read("details", &mut self.details),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::BadRequest {
    const NAME: &'static str = "google.rpc.BadRequest";

    fn write(&self, out: &mut Writer) {
        out.field("field_violations", "fieldViolations", &self.field_violations);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "field_violations" | "fieldViolations" => field.read("field_violations", &mut self.field_violations),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::FieldViolation {
    const NAME: &'static str = "google.rpc.BadRequest.FieldViolation";

    fn write(&self, out: &mut Writer) {
        out.field("field", "field", &self.field);
        out.field("description", "description", &self.description);
        out.field("reason", "reason", &self.reason);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "field" => field.read("field", &mut self.field),
            "description" => field.read("description", &mut self.description),
            "reason" => field.read("reason", &mut self.reason),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::RetryInfo {
    const NAME: &'static str = "google.rpc.RetryInfo";

    fn write(&self, out: &mut Writer) {
        out.field("retry_delay", "retryDelay", &self.retry_delay);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "retry_delay" | "retryDelay" => field.read("retry_delay", &mut self.retry_delay),
            _ => field.unknown(name),
        }
    }
}

impl JsonMessage for rpc::ErrorInfo {
    const NAME: &'static str = "google.rpc.ErrorInfo";

    fn write(&self, out: &mut Writer) {
        out.field("reason", "reason", &self.reason);
        out.field("domain", "domain", &self.domain);
        out.field("metadata", "metadata", &self.metadata);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        match name {
            "reason" => field.read("reason", &mut self.reason),
            "domain" => field.read("domain", &mut self.domain),
            "metadata" => field.read("metadata", &mut self.metadata),
            _ => field.unknown(name),
        }
    }
}
