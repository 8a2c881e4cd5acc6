//! The JSON of protobuf messages, by the proto3 JSON mapping.
//!
//! Generated code tells of each message the names of its fields, once for printing and once for reading:
//!
//! ```
//! use rust_svc as svc;
//!
//! #[derive(Clone, PartialEq, svc::prost::Message)]
//! struct Stock {
//!     #[prost(string, tag = "1")]
//!     product_id: String,
//!     #[prost(int64, tag = "2")]
//!     quantity: i64,
//! }
//!
//! impl svc::json::JsonMessage for Stock {
//!     const NAME: &'static str = "inventory.v1.Stock";
//!
//!     fn write(&self, out: &mut svc::json::Writer) {
//!         out.field("product_id", "productId", &self.product_id);
//!         out.field("quantity", "quantity", &self.quantity);
//!     }
//!
//!     fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
//!         match name {
//!             "product_id" | "productId" => field.read("product_id", &mut self.product_id),
//!             "quantity" => field.read("quantity", &mut self.quantity),
//!             _ => field.unknown(name),
//!         }
//!     }
//! }
//!
//! let json = br#"{"productId": "tea", "quantity": "5"}"#;
//! let stock: Stock = svc::json::from_slice(json, &svc::json::ParseOptions::default())?;
//! assert_eq!(stock, Stock { product_id: "tea".into(), quantity: 5 });
//! # Ok::<(), svc::json::JsonError>(())
//! ```
//!
//! The same match of names serves the body, the variables of the path and the parameters of the query. Errors name
//! fields as the `.proto` does.

mod any;
mod base64;
mod error;
mod input;
mod known;
mod message;
mod number;
mod options;
mod params;
mod reader;
mod slot;
mod value;
mod writer;

pub use any::{PackedType, TypeRegistry};
pub use error::{JsonError, JsonResult};
pub use input::{FieldReader, ValueSource};
pub use message::{EnumOf, JsonEnum, JsonMessage, Null, Plain};
pub use options::{ParseOptions, PrintOptions};
pub use slot::{MapKey, Slot};
pub use value::JsonValue;
pub use writer::Writer;

pub(crate) use base64::{decode as decode_base64, encode as encode_base64};
pub(crate) use input::field_name;
pub(crate) use params::{ParameterTree, PathStep};
pub(crate) use writer::mask_fields;

use input::Decoder;

/// Prints a value. Fails if it holds what JSON cannot express, such as a time after the year 9999.
pub fn to_vec<T: JsonValue>(value: &T, print: &PrintOptions) -> JsonResult<Vec<u8>> {
    let mut out = Writer::new(print);
    value.write(&mut out);
    out.finish()
}

/// Reads a value. Fails if the text is not JSON, or is not of this type.
pub fn from_slice<T: JsonValue>(json: &[u8], parse: &ParseOptions) -> JsonResult<T> {
    let mut input = Decoder::new(json, parse)?;
    let value = T::read(input.json())?;
    input.reader.end()?;
    Ok(value.unwrap_or_default())
}

/// Reads a request from its body and its parameters.
pub(crate) fn read_request<T: JsonValue>(
    json: &[u8],
    parameters: &ParameterTree,
    parse: &ParseOptions,
) -> JsonResult<T> {
    read_parts(&mut Decoder::new(json, parse)?, parameters)
}

/// The same, with the paths of the fields that the body holds.
pub(crate) fn read_with_presence<T: JsonValue>(
    json: &[u8],
    parameters: &ParameterTree,
    parse: &ParseOptions,
) -> JsonResult<(T, Vec<String>)> {
    let mut input = Decoder::new(json, parse)?;
    input.watch_presence();
    let value = read_parts(&mut input, parameters)?;
    Ok((value, input.take_presence()))
}

fn read_parts<'b, T: JsonValue>(input: &mut Decoder<'b>, parameters: &'b ParameterTree) -> JsonResult<T> {
    // Some types, such as Any, are read from a body only; there may be none.
    if parameters.is_unset() {
        return Ok(T::default());
    }
    let source = input.parameters(vec![parameters]);
    // What is one value in JSON is that only where the body is all of it.
    let value = if parameters.is_body() { T::read(source)?.unwrap_or_default() } else { source.fields()? };
    input.reader.end()?;
    Ok(value)
}

/// Prints a response, or only one of its fields.
pub(crate) fn print_response<T: JsonValue>(
    value: &T,
    field: Option<&'static str>,
    print: &PrintOptions,
) -> JsonResult<Vec<u8>> {
    let mut out = Writer::new(print);
    match field {
        Some(field) => out.only(field, |out| value.write_fields(out)),
        None => value.write(&mut out),
    }
    out.finish()
}
