//! Metadata in the format of the suite, where bytes are base64 text.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use rust_svc::{Error, Metadata, Result, Value};

use super::contract::Header;

/// Converts headers or trailers to metadata.
pub(super) fn into_metadata(headers: Vec<Header>) -> Result<Metadata> {
    let mut metadata = Metadata::new();
    for Header { name, value } in headers {
        for text in value {
            metadata.append(&name, read(&name, text)?)?;
        }
    }
    Ok(metadata)
}

/// Converts metadata to headers or trailers.
pub(super) fn from_metadata(metadata: &Metadata) -> Vec<Header> {
    let mut headers = Vec::<Header>::new();
    for (name, value) in metadata.iter() {
        match headers.iter_mut().find(|header| header.name == name) {
            Some(header) => header.value.push(print(value)),
            None => headers.push(Header { name: name.to_owned(), value: vec![print(value)] }),
        }
    }
    headers
}

fn read(name: &str, text: String) -> Result<Value> {
    if !name.to_ascii_lowercase().ends_with("-bin") {
        return Ok(text.into());
    }
    let bytes = STANDARD_NO_PAD.decode(text.trim_end_matches('='));
    bytes.map(Value::from).map_err(|cause| Error::invalid_argument(format!("{name} is not base64: {cause}")))
}

fn print(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Binary(bytes) => STANDARD_NO_PAD.encode(bytes),
    }
}
