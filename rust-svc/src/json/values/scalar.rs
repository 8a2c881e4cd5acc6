//! Scalars: numbers, booleans, text and bytes.

use bytes::Bytes;

use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    print::Writer,
    read::{Decoder, ValueSource},
    text::{IntegerError, decode_base64, integer, scan},
};

/// The fields of a value that is a message: their names, and the place of each in the value.
macro_rules! fields {
    ($value:ident: $($name:literal => $place:expr),*) => {
        fn write_fields(&self, out: &mut $crate::json::print::Writer) {
            let $value = self;
            $(out.field($name, $name, &$place);)*
        }

        fn read_field(&mut self, name: &str, field: $crate::json::read::FieldReader<'_, '_>) -> $crate::json::error::JsonResult {
            let $value = self;
            match name {
                $($name => field.read($name, &mut $place),)*
                _ => field.unknown(name),
            }
        }
    };
}

pub(crate) use fields;

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
        let json = |decoder: &mut Decoder<'_>| match decoder.tokens.peek() {
            Some(b't' | b'f') => decoder.tokens.boolean(),
            _ => decoder.mismatch("must be true or false"),
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
                source.scalar(|decoder| decoder.number_or_string().and_then(|text| parse(&text)), parse).map(Some)
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

fn number(value: impl itoa::Integer, out: &mut Writer) {
    out.integer(value);
}

/// Integers of 64 bits are strings, because many readers of JSON round numbers.
fn wide(value: impl itoa::Integer, out: &mut Writer) {
    let quote = if out.options().int64_numbers { "" } else { "\"" };
    out.raw(quote);
    out.integer(value);
    out.raw(quote);
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
                    value => out.float(value),
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
                    text if scan(text.as_bytes()) == Some(text.len()) => finite(text),
                    _ => Err(JsonError::value("must be a number")),
                };
                let json = |decoder: &mut Decoder<'_>| match decoder.tokens.peek() {
                    Some(b'"') => named(&decoder.string()?),
                    _ => finite(&decoder.number_or_string()?),
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
        source.scalar(|decoder| decoder.string().map(Into::into), |text| Ok(text.to_owned())).map(Some)
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
                let decode = |text: &str| decode_base64(text).ok_or_else(|| JsonError::value("must be base64"));
                source.string(|text| decode(text).map(Self::from)).map(Some)
            }

            wrapper!();
        }
    )*};
}

bytes!(Vec<u8>, Bytes);
