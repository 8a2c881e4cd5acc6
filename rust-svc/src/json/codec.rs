//! Whole messages to JSON and back, and requests from their parts.

use super::{
    error::JsonResult,
    message::JsonValue,
    options::{ParseOptions, PrintOptions},
    print::Writer,
    read::{Decoder, ParameterTree, ValueSource},
};

/// Prints a value. Fails if it holds a value that JSON cannot express, such as a time after the year 9999.
pub fn to_vec<T: JsonValue>(value: &T, options: &PrintOptions) -> JsonResult<Vec<u8>> {
    let mut out = Writer::new(options);
    value.write(&mut out);
    out.finish()
}

/// Reads a value. Fails if the text is not JSON, or not JSON of this type.
pub fn from_slice<T: JsonValue>(json: &[u8], options: &ParseOptions) -> JsonResult<T> {
    let mut decoder = Decoder::new(json, options)?;
    let value = T::read(ValueSource::json(&mut decoder))?;
    decoder.tokens.end()?;
    Ok(value.unwrap_or_default())
}

/// Reads a request from its body and its parameters.
pub(crate) fn read_request<T: JsonValue>(
    json: &[u8],
    parameters: &ParameterTree,
    options: &ParseOptions,
) -> JsonResult<T> {
    read_parts(&mut Decoder::new(json, options)?, parameters)
}

/// Reads a request, and the paths of the fields that its body holds.
pub(crate) fn read_with_presence<T: JsonValue>(
    json: &[u8],
    parameters: &ParameterTree,
    options: &ParseOptions,
) -> JsonResult<(T, Vec<String>)> {
    let mut decoder = Decoder::new(json, options)?;
    decoder.watch_presence();
    let value = read_parts(&mut decoder, parameters)?;
    Ok((value, decoder.take_presence()))
}

fn read_parts<'b, T: JsonValue>(decoder: &mut Decoder<'b>, parameters: &'b ParameterTree) -> JsonResult<T> {
    // Some types, such as Any, are read from a body only, which may be absent.
    if parameters.is_unset() {
        return Ok(T::default());
    }
    let source = ValueSource::parameters(vec![parameters], decoder);
    // A message whose JSON is one value has that form only where the body is the whole request.
    let value = if parameters.is_body() { T::read(source)?.unwrap_or_default() } else { source.fields()? };
    decoder.tokens.end()?;
    Ok(value)
}

/// Prints a response, or only one of its fields.
pub(crate) fn print_response<T: JsonValue>(
    value: &T,
    field: Option<&'static str>,
    options: &PrintOptions,
) -> JsonResult<Vec<u8>> {
    let mut out = Writer::new(options);
    match field {
        Some(field) => out.only(field, |out| value.write_fields(out)),
        None => value.write(&mut out),
    }
    out.finish()
}
