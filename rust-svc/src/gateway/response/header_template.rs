//! Headers whose values have fields of the response.

use axum::http::{HeaderName, HeaderValue, header};

use crate::json::{self, JsonValue, PrintOptions};

/// A header of a route.
#[derive(Debug)]
pub(crate) struct HeaderTemplate {
    pub(crate) name: HeaderName,
    pieces: Vec<TemplatePiece>,
}

#[derive(Debug, PartialEq, Eq)]
enum TemplatePiece {
    Text(&'static str),
    /// The name of a field.
    Field(&'static str),
}

impl HeaderTemplate {
    /// Reads a header. Fails with a description if it is malformed, or has a field that `find` does not know.
    pub(crate) fn parse(
        name: &'static str,
        value: &'static str,
        find: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self, String> {
        let malformed = || format!("the header `{name}: {value}` is malformed");
        let name = HeaderName::try_from(name).map_err(|_| malformed())?;
        let mut parts = value.split('{');
        let mut pieces: Vec<_> = parts.next().map(TemplatePiece::Text).into_iter().collect();
        for part in parts {
            let (field, text) = part.split_once('}').ok_or_else(malformed)?;
            let field = find(field).ok_or_else(|| format!("the response has no field `{field}` for a header"))?;
            pieces.extend([TemplatePiece::Field(field), TemplatePiece::Text(text)]);
        }
        Ok(Self { name, pieces })
    }

    /// Returns the value for a response; `None` if it cannot be in a header.
    pub(crate) fn value<T: JsonValue>(&self, response: &T) -> Option<HeaderValue> {
        let mut value = Vec::new();
        for piece in &self.pieces {
            match piece {
                TemplatePiece::Text(text) => value.extend_from_slice(text.as_bytes()),
                TemplatePiece::Field(field) if self.name == header::LOCATION => {
                    value.extend(encoded(&text(response, field)?));
                }
                TemplatePiece::Field(field) => value.extend(text(response, field)?),
            }
        }
        HeaderValue::from_bytes(&value).ok()
    }
}

/// Returns a field as text: a string as it is, other values as their JSON without quotes.
fn text<T: JsonValue>(response: &T, field: &'static str) -> Option<Vec<u8>> {
    let texts = json::bytes_of_fields(response, None);
    if let Some((_, text)) = texts.into_iter().find(|(name, _)| *name == field) {
        return Some(text);
    }
    let options = PrintOptions { defaults: true, ..PrintOptions::default() };
    let json = json::print_response(response, Some(field), &options).ok()?;
    let unquoted = json.strip_prefix(b"\"").and_then(|json| json.strip_suffix(b"\""));
    Some(unquoted.map(<[u8]>::to_vec).unwrap_or(json))
}

/// Percent-encodes what a path cannot hold.
fn encoded(text: &[u8]) -> Vec<u8> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&byte);
    let encode = |byte: &u8| if is_plain(*byte) { vec![*byte] } else { format!("%{byte:02X}").into_bytes() };
    text.iter().flat_map(encode).collect()
}
