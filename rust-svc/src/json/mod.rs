//! The JSON of protobuf messages, by the proto3 JSON mapping.
//!
//! Generated code lists the fields of each message, once for printing and once for reading:
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
//! One match of names serves the body, the variables of the path and the parameters of the query. Errors name fields
//! by their proto names.

mod codec;
mod error;
mod message;
mod options;
mod print;
mod read;
mod text;
mod values;
mod well_known;

pub use codec::{from_slice, to_vec};
pub(crate) use codec::{print_response, read_request, read_with_presence};
pub use error::{JsonError, JsonResult};
pub use message::{EnumOf, JsonEnum, JsonMessage, JsonValue, Null, Plain, Slot};
pub use options::{PackedType, ParseOptions, PrintOptions, TypeRegistry};
pub use print::Writer;
pub(crate) use print::{bytes_of_fields, field_types};
pub use read::{FieldReader, ValueSource};
pub(crate) use read::{ParameterTree, PathStep, field_name, is_output_only, is_text};
pub(crate) use text::{decode_base64, encode_base64, indent, json_name};
pub use values::MapKey;
