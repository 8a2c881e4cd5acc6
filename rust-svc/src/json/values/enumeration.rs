//! Numbers that are values of enums.

use crate::json::{
    error::{JsonError, JsonResult},
    message::{EnumOf, JsonEnum, JsonValue, Null},
    print::Writer,
    read::{Decoder, ValueSource},
    text::integer,
};

impl<E: JsonEnum> JsonValue<EnumOf<E>> for i32 {
    fn write(&self, out: &mut Writer) {
        match E::name(*self).filter(|_| !out.options().enum_numbers) {
            Some(name) => out.quoted(name),
            None => out.display(self),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let ignore = source.decoder.options.ignore_unknown;
        let named = |text: &str| match E::number(text) {
            None if !ignore => Err(JsonError::value("must be a name of its enum")),
            number => Ok(number),
        };
        let json = |decoder: &mut Decoder<'_>| match decoder.tokens.peek() {
            Some(b'"') => named(&decoder.string()?),
            _ => numbered(&decoder.number_or_string()?).map(Some),
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
        let json = |decoder: &mut Decoder<'_>| match decoder.tokens.peek() {
            Some(b'"') if decoder.string()? == "NULL_VALUE" => Ok(0),
            Some(b'"') => Err(refused()),
            _ => decoder.mismatch("must be null"),
        };
        let text = |text| if matches!(text, "NULL_VALUE" | "null" | "0") { Ok(0) } else { Err(refused()) };
        source.scalar(json, text).map(Some)
    }

    fn null() -> Option<Self> {
        Some(0)
    }
}
