//! How messages of a type are packed and unpacked.

use crate::json::{
    error::JsonResult,
    message::{JsonMessage, JsonValue},
    options::{PackedType, ParseOptions, PrintOptions},
    print::Writer,
    read::{Decoder, ValueSource},
    text::{JsonBuffer, Tokenizer},
};

/// The key of a packed value whose JSON is not an object of fields.
pub(super) const VALUE: &str = "value";

impl PackedType {
    /// Describes a message of a `.proto`.
    pub const fn of<M: JsonMessage + prost::Message>() -> Self {
        Self { name: M::NAME, has_fields: true, print: print_fields::<M>, read: read_fields::<M> }
    }

    /// Describes a message of `google.protobuf` that has JSON of its own kind.
    pub(super) const fn special<T: JsonValue + prost::Message + Default>(name: &'static str) -> Self {
        Self { name, has_fields: false, print: print_value::<T>, read: read_value::<T> }
    }
}

fn print_fields<M: JsonMessage + prost::Message>(
    packed: &[u8],
    buffer: &mut JsonBuffer,
    options: &PrintOptions,
) -> bool {
    let message = M::decode(packed);
    message.map(|message| with_writer(buffer, options, |out| message.write(out))).is_ok()
}

fn print_value<T: JsonValue + prost::Message + Default>(
    packed: &[u8],
    buffer: &mut JsonBuffer,
    options: &PrintOptions,
) -> bool {
    let value = T::decode(packed);
    let print = |value: T| {
        with_writer(buffer, options, |out| {
            out.key(VALUE);
            value.write(out);
        });
    };
    value.map(print).is_ok()
}

fn with_writer(buffer: &mut JsonBuffer, options: &PrintOptions, print: impl FnOnce(&mut Writer)) {
    let mut out = Writer::resume(std::mem::take(buffer), options);
    print(&mut out);
    *buffer = out.into_buffer();
}

fn read_fields<'b, M: JsonMessage + prost::Message>(
    tokens: &mut Tokenizer<'b>,
    options: &'b ParseOptions,
) -> JsonResult<Vec<u8>> {
    with_decoder::<M>(tokens, options, Decoder::expect_packed)
}

fn read_value<'b, T: JsonValue + prost::Message + Default>(
    tokens: &mut Tokenizer<'b>,
    options: &'b ParseOptions,
) -> JsonResult<Vec<u8>> {
    with_decoder::<T>(tokens, options, |_| ())
}

fn with_decoder<'b, T: JsonValue + prost::Message + Default>(
    tokens: &mut Tokenizer<'b>,
    options: &'b ParseOptions,
    prepare: impl FnOnce(&mut Decoder<'b>),
) -> JsonResult<Vec<u8>> {
    let mut decoder = Decoder::resume(std::mem::take(tokens), options);
    prepare(&mut decoder);
    let value = T::read(ValueSource::json(&mut decoder));
    *tokens = decoder.tokens;
    value.map(|value| value.unwrap_or_default().encode_to_vec())
}
