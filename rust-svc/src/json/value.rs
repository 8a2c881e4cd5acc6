//! Values: scalars, enums and messages.

use bytes::Bytes;

use super::{
    EnumOf, FieldReader, JsonEnum, JsonError, JsonMessage, JsonResult, Null, Plain, ValueSource, Writer, base64,
    number::{IntegerError, integer},
};

/// A value that has JSON: a scalar, a message, or a number that is read as a value of an enum (`K`).
pub trait JsonValue<K = Plain>: Default {
    /// True for `google.protobuf.FieldMask`.
    const IS_MASK: bool = false;
    /// True for messages: one that is not set is printed as `null` where defaults are printed.
    const IS_MESSAGE: bool = false;

    /// Prints the value.
    fn write(&self, out: &mut Writer);

    /// Reads the value; `None` if it is to be ignored.
    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>>;

    /// What a JSON `null` means; `None` if it means that the value is not set.
    fn null() -> Option<Self> {
        None
    }

    /// Prints each field that a route may name, also of a message that is one value in JSON, as [`JsonMessage::write`] does.
    fn write_fields(&self, _out: &mut Writer) {}

    /// Reads a field that a route or a parameter names, as [`JsonMessage::read`] does.
    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        field.unknown(name)
    }

    /// True if what is printed may be an object with this key.
    fn may_have_key(_key: &str) -> bool {
        false
    }
}

impl<M: JsonMessage> JsonValue for M {
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        out.message(self);
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        source.fields().map(Some)
    }

    fn write_fields(&self, out: &mut Writer) {
        JsonMessage::write(self, out);
    }

    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        JsonMessage::read(self, name, field)
    }

    fn may_have_key(key: &str) -> bool {
        super::field_name::<M>(key).is_some()
    }
}

/// The fields of a value that is a message: their names, and the place of each in the value.
macro_rules! fields {
    ($value:ident: $($name:literal => $place:expr),*) => {
        fn write_fields(&self, out: &mut $crate::json::Writer) {
            let $value = self;
            $(out.field($name, $name, &$place);)*
        }

        fn read_field(&mut self, name: &str, field: $crate::json::FieldReader<'_, '_>) -> $crate::json::JsonResult {
            let $value = self;
            match name {
                $($name => field.read($name, &mut $place),)*
                _ => field.unknown(name),
            }
        }
    };
}

pub(super) use fields;

/// A scalar is all of a request or an answer as a wrapper, such as `google.protobuf.BoolValue`.
macro_rules! wrapper {
    () => {
        fields!(value: "value" => *value);
    };
}

impl JsonValue for bool {
    fn write(&self, out: &mut Writer) {
        out.raw(if *self { "true" } else { "false" });
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let json = |input: &mut super::Decoder<'_>| match input.reader.peek() {
            Some(b't' | b'f') => input.reader.boolean(),
            _ => input.mismatch("must be true or false"),
        };
        source.scalar(json, boolean).map(Some)
    }

    wrapper!();
}

/// Also as Python and C spell them.
fn boolean(text: &str) -> JsonResult<bool> {
    match text {
        "true" | "True" | "1" => Ok(true),
        "false" | "False" | "0" => Ok(false),
        _ => Err(JsonError::value("must be true or false")),
    }
}

macro_rules! integers {
    ($($integer:ty: $write:ident, $range:literal;)*) => {$(
        impl JsonValue for $integer {
            fn write(&self, out: &mut Writer) {
                $write(*self, out);
            }

            fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
                let parse = |text: &str| {
                    let value = integer(text).map_err(|error| not_integer(error, $range))?;
                    Self::try_from(value).map_err(|_| not_integer(IntegerError::Range, $range))
                };
                source.scalar(|input| input.number_or_string().and_then(|text| parse(&text)), parse).map(Some)
            }

            wrapper!();
        }
    )*};
}

integers! {
    i32: number, "a whole number from -2147483648 to 2147483647";
    u32: number, "a whole number from 0 to 4294967295";
    i64: wide, "a whole number from -9223372036854775808 to 9223372036854775807";
    u64: wide, "a whole number from 0 to 18446744073709551615";
}

fn number(value: impl std::fmt::Display, out: &mut Writer) {
    out.display(value);
}

/// Integers of 64 bits are strings, because many readers of JSON round numbers.
fn wide(value: impl std::fmt::Display, out: &mut Writer) {
    if out.print().int64_numbers { out.display(value) } else { out.quoted(value) }
}

fn not_integer(error: IntegerError, range: &str) -> JsonError {
    match error {
        IntegerError::Syntax => JsonError::value(format!("must be {range}")),
        IntegerError::Fraction => JsonError::value(format!("has a fraction; it must be {range}")),
        IntegerError::Range => JsonError::value(format!("is out of range; it must be {range}")),
    }
}

macro_rules! floats {
    ($($float:ty),*) => {$(
        impl JsonValue for $float {
            fn write(&self, out: &mut Writer) {
                match *self {
                    value if value.is_nan() => out.raw("\"NaN\""),
                    <$float>::INFINITY => out.raw("\"Infinity\""),
                    <$float>::NEG_INFINITY => out.raw("\"-Infinity\""),
                    value if value == 0.0 || (1e-5..1e16).contains(&value.abs()) => out.display(value),
                    value => out.display(format_args!("{value:e}")),
                }
            }

            fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
                let finite = |text: &str| {
                    let value: Self = text.parse().map_err(|_| JsonError::value("must be a number"))?;
                    if value.is_finite() { Ok(FloatBits(value.to_bits())) } else { Err(JsonError::value("is out of range")) }
                };
                let named = |text: &str| match text {
                    "NaN" => Ok(FloatBits(Self::NAN.to_bits())),
                    "Infinity" => Ok(FloatBits(Self::INFINITY.to_bits())),
                    "-Infinity" => Ok(FloatBits(Self::NEG_INFINITY.to_bits())),
                    text if super::number::scan(text.as_bytes()) == Some(text.len()) => finite(text),
                    _ => Err(JsonError::value("must be a number")),
                };
                let json = |input: &mut super::Decoder<'_>| match input.reader.peek() {
                    Some(b'"') => named(&input.string()?),
                    _ => finite(&input.number_or_string()?),
                };
                source.scalar(json, named).map(|bits| Some(Self::from_bits(bits.0)))
            }

            wrapper!();
        }
    )*};
}

floats!(f32, f64);

/// A float that equals itself, even if it is not a number.
#[derive(Default, PartialEq)]
struct FloatBits<T>(T);

impl JsonValue for String {
    fn write(&self, out: &mut Writer) {
        out.string(self);
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        source.scalar(|input| input.string().map(Into::into), |text| Ok(text.to_owned())).map(Some)
    }

    wrapper!();
}

macro_rules! bytes {
    ($($bytes:ty),*) => {$(
        impl JsonValue for $bytes {
            fn write(&self, out: &mut Writer) {
                out.base64(self);
            }

            fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
                let decode = |text: &str| base64::decode(text).ok_or_else(|| JsonError::value("must be base64"));
                source.string(|text| decode(text).map(Self::from)).map(Some)
            }

            wrapper!();
        }
    )*};
}

bytes!(Vec<u8>, Bytes);

impl<E: JsonEnum> JsonValue<EnumOf<E>> for i32 {
    fn write(&self, out: &mut Writer) {
        match E::name(*self).filter(|_| !out.print().enum_numbers) {
            Some(name) => out.quoted(name),
            None => out.display(self),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let ignore = source.input.parse.ignore_unknown;
        let named = |text: &str| match E::number(text) {
            None if !ignore => Err(JsonError::value("must be a name of its enum")),
            number => Ok(number),
        };
        let json = |input: &mut super::Decoder<'_>| match input.reader.peek() {
            Some(b'"') => named(&input.string()?),
            _ => numbered(&input.number_or_string()?).map(Some),
        };
        source.scalar(json, |text| numbered(text).map(Some).or_else(|_| named(text)))
    }
}

/// Any number is kept: an enum may have values that this program does not know yet.
fn numbered(text: &str) -> JsonResult<i32> {
    let value = integer(text).ok().and_then(|value| i32::try_from(value).ok());
    value.ok_or_else(|| JsonError::value("must be a name of its enum, or a number of 32 bits"))
}

impl JsonValue<Null> for i32 {
    fn write(&self, out: &mut Writer) {
        out.raw("null");
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let refused = || JsonError::value("must be null");
        let json = |input: &mut super::Decoder<'_>| match input.reader.peek() {
            Some(b'"') if input.string()? == "NULL_VALUE" => Ok(0),
            Some(b'"') => Err(refused()),
            _ => input.mismatch("must be null"),
        };
        let text = |text| if matches!(text, "NULL_VALUE" | "null" | "0") { Ok(0) } else { Err(refused()) };
        source.scalar(json, text).map(Some)
    }

    fn null() -> Option<Self> {
        Some(0)
    }
}

impl<'b> super::Decoder<'b> {
    /// A number as it is written, in quotes or not.
    fn number_or_string(&mut self) -> JsonResult<std::borrow::Cow<'b, str>> {
        match self.reader.peek() {
            Some(b'"') => self.reader.string(),
            Some(b'-' | b'0'..=b'9') => self.reader.number().map(Into::into),
            _ => self.mismatch("must be a number"),
        }
    }
}
