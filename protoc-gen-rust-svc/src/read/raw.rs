//! Encoded messages, field by field.

use std::borrow::Cow;

use prost::{
    bytes::Bytes,
    encoding::{self, DecodeContext, WireType},
};

/// `options` of a file.
const OPTIONS: u32 = 8;

/// `source_code_info` of a file: comments and positions.
pub(super) const SOURCE: u32 = 9;

/// Splits a file into its descriptor and its `SourceCodeInfo`.
pub(crate) fn split_off_source(bytes: &[u8]) -> Option<(Bytes, Bytes)> {
    let (mut rest, mut kept, mut source) = (bytes, Vec::new(), Vec::new());
    while !rest.is_empty() {
        let before = rest;
        let value = value(&mut rest)?;
        match value.number {
            SOURCE => source.push(value.bytes),
            _ => kept.extend_from_slice(&before[..before.len() - rest.len()]),
        }
    }
    // Parts of a message are merged.
    Some((kept.into(), source.concat().into()))
}

/// Removes comments, positions and file options, whose strings may not be UTF-8.
pub(crate) fn without_options(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(bytes.len());
    let values = split(bytes)?;
    values.iter().filter(|value| ![OPTIONS, SOURCE].contains(&value.number)).for_each(|value| value.encode(&mut kept));
    Some(kept)
}

/// An encoded value of a field, without key and length.
pub(super) struct Raw<'a> {
    pub(super) number: u32,
    pub(super) wire_type: WireType,
    pub(super) bytes: Cow<'a, [u8]>,
}

impl Raw<'_> {
    pub(super) fn encode(&self, to: &mut Vec<u8>) {
        encoding::encode_key(self.number, self.wire_type, to);
        if self.wire_type == WireType::LengthDelimited {
            encoding::encode_varint(self.bytes.len() as u64, to);
        }
        to.extend_from_slice(&self.bytes);
    }
}

/// Splits a message into values, in the order of field numbers. Returns `None` if it is malformed.
pub(super) fn split(mut rest: &[u8]) -> Option<Vec<Raw<'_>>> {
    let mut values = Vec::new();
    while !rest.is_empty() {
        values.push(value(&mut rest)?);
    }
    values.sort_by_key(|value| value.number);
    Some(values)
}

/// Reads a key and a value.
fn value<'a>(rest: &mut &'a [u8]) -> Option<Raw<'a>> {
    let (number, wire_type) = encoding::decode_key(rest).ok()?;
    bare(number, wire_type, rest)
}

/// Reads a value.
pub(super) fn bare<'a>(number: u32, wire_type: WireType, rest: &mut &'a [u8]) -> Option<Raw<'a>> {
    let length = match wire_type {
        WireType::LengthDelimited => usize::try_from(encoding::decode_varint(rest).ok()?).ok()?,
        _ => {
            let mut behind = *rest;
            encoding::skip_field(wire_type, number, &mut behind, DecodeContext::default()).ok()?;
            rest.len() - behind.len()
        }
    };
    let (bytes, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(Raw { number, wire_type, bytes: bytes.into() })
}
