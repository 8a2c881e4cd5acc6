//! Undoes changes in an encoded file.

use std::{borrow::Cow, collections::BTreeMap};

use prost::encoding::WireType;

use crate::read::raw::{Raw, split};

/// `syntax` of a file.
const SYNTAX: u32 = 12;

/// `json_name` of a field.
const JSON_NAME: u32 = 10;

/// The parts of a file to restore.
#[derive(Debug, Default)]
pub(in super::super) struct Restore {
    /// Whether names of fields differ only in case and underscores, which protox allows in proto2.
    pub(super) has_similar_names: bool,
    pub(super) syntax: Option<String>,
    /// The JSON names of fields, by path.
    pub(super) json_names: BTreeMap<Vec<i32>, String>,
}

impl Restore {
    /// Restores an encoded file.
    pub(in super::super) fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (path, name) in &self.json_names {
            bytes = with_text(&bytes, path, JSON_NAME, name).unwrap_or(bytes);
        }
        match &self.syntax {
            Some(syntax) => with_text(&bytes, &[], SYNTAX, syntax).unwrap_or(bytes),
            None => bytes,
        }
    }
}

/// Sets a text of the element at a path. Returns `None` if there is none.
fn with_text(bytes: &[u8], path: &[i32], number: u32, text: &str) -> Option<Vec<u8>> {
    let mut values = split(bytes)?;
    match path {
        [] => {
            values.retain(|value| value.number != number);
            let bytes = Cow::Borrowed(text.as_bytes());
            values.push(Raw { number, wire_type: WireType::LengthDelimited, bytes });
        }
        [field, index, rest @ ..] => {
            let (field, index) = (field.cast_unsigned(), usize::try_from(*index).ok()?);
            let value = values.iter_mut().filter(|value| value.number == field).nth(index)?;
            value.bytes = with_text(&value.bytes, rest, number, text)?.into();
        }
        [_] => return None,
    }
    let mut encoded = Vec::with_capacity(bytes.len() + text.len() + 2);
    values.iter().for_each(|value| value.encode(&mut encoded));
    Some(encoded)
}
