//! Messages as they are encoded, field by field.

use std::borrow::Cow;

use prost::{
    bytes::Bytes,
    encoding::{self, DecodeContext, WireType},
};

/// `options` of a file.
const OPTIONS: u32 = 8;

/// `source_code_info` of a file: comments and positions.
pub(super) const SOURCE: u32 = 9;

/// A file without comments and places, otherwise as it is; and these. `None` if it is no `FileDescriptorProto`.
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
    // The parts of one message are one message.
    Some((kept.into(), source.concat().into()))
}

/// A file without comments, places and options of its own, whose texts need not be UTF-8. `None` if it is no
/// `FileDescriptorProto`.
pub(crate) fn without_options(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(bytes.len());
    let values = split(bytes)?;
    values.iter().filter(|value| ![OPTIONS, SOURCE].contains(&value.number)).for_each(|value| value.encode(&mut kept));
    Some(kept)
}

/// A value of a field as it is encoded, without the key and the length before it.
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

/// The values of all fields, in the order of their numbers. `None` if the bytes are no message.
pub(super) fn split(mut rest: &[u8]) -> Option<Vec<Raw<'_>>> {
    let mut values = Vec::new();
    while !rest.is_empty() {
        values.push(value(&mut rest)?);
    }
    values.sort_by_key(|value| value.number);
    Some(values)
}

/// The value that comes next, with its key.
fn value<'a>(rest: &mut &'a [u8]) -> Option<Raw<'a>> {
    let (number, wire_type) = encoding::decode_key(rest).ok()?;
    bare(number, wire_type, rest)
}

/// The value that comes next, without its key.
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
