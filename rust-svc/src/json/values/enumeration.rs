//! Numbers that are values of enums.

use crate::json::{
    error::{JsonError, JsonResult},
    message::{EnumOf, JsonEnum, JsonValue, Null},
    options::ParseOptions,
    print::Writer,
    read::{Decoder, ValueSource},
    text::integer,
};

impl<E: JsonEnum> JsonValue<EnumOf<E>> for i32 {
    fn write(&self, out: &mut Writer) {
        match E::name(*self).filter(|_| !out.options().enum_numbers) {
            Some(name) => out.string(name),
            None => out.integer(*self),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let ParseOptions { ignore_unknown: ignore, lenient_enums, .. } = *source.decoder.options;
        let find = |text: &str| E::number(text).or_else(|| lenient::<E>(text).filter(|_| lenient_enums));
        let named = |text: &str| match find(text) {
            None if !ignore => Err(JsonError::value("must be a name of its enum")),
            number => Ok(number),
        };
        let json = |decoder: &mut Decoder<'_>| match decoder.tokens.peek() {
            Some(b'"') => named(&decoder.string()?),
            _ => numbered(&decoder.number_or_string()?).map(Some),
        };
        // Only bodies may have names that are ignored.
        let known = |text: &str| find(text).ok_or_else(|| JsonError::value("must be a name of its enum"));
        source.scalar(json, |text| numbered(text).or_else(|_| known(text)).map(Some))
    }
}

/// Any number is kept: an enum may have values that this program does not know yet.
fn numbered(text: &str) -> JsonResult<i32> {
    let value = integer(text).ok().and_then(|value| i32::try_from(value).ok());
    value.ok_or_else(|| JsonError::value("must be a name of its enum, or a number of 32 bits"))
}

/// Returns the number of a name in any case, or without the prefix that all names share.
fn lenient<E: JsonEnum>(text: &str) -> Option<i32> {
    let prefix = shared_prefix(E::VALUES);
    let is_same = |name: &str| name.eq_ignore_ascii_case(text) || name[prefix..].eq_ignore_ascii_case(text);
    E::VALUES.iter().find(|(name, _)| is_same(name)).map(|(_, number)| *number)
}

/// Returns the length of the prefix of all names, up to an underscore; 0 if one name consists of it.
fn shared_prefix(values: &[(&str, i32)]) -> usize {
    let Some(((first, _), rest)) = values.split_first() else { return 0 };
    let mut ends = first.match_indices('_').map(|(underscore, _)| underscore + 1);
    let is_shared = |end: &usize| rest.iter().all(|(name, _)| name.starts_with(&first[..*end]) && name.len() > *end);
    ends.rfind(|end| *end < first.len() && is_shared(end)).unwrap_or(0)
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
