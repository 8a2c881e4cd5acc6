//! What travels beside a message: headers and trailers.

use std::fmt;

use bytes::Bytes;

use crate::{Error, Result};

/// The name of an entry ends with this when its value is bytes and not text.
const BINARY: &str = "-bin";

/// Headers or trailers of a call, in order; a key may occur more than once.
///
/// Keys are lower case letters, digits, `-`, `_` and `.`. A key that ends in `-bin` holds bytes; any other holds
/// printable ASCII. Keys that start with `grpc-` belong to the protocol and are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, Value)>);

/// The value of an entry.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Printable ASCII.
    Text(String),
    /// Any bytes, under a key that ends in `-bin`.
    Binary(Bytes),
}

impl Metadata {
    /// No entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an entry and keeps those with the same key. Fails with `INTERNAL` if key or value may not travel.
    pub fn append(&mut self, key: &str, value: impl Into<Value>) -> Result<()> {
        let key = key.to_ascii_lowercase();
        let value = check(&key, value.into())?;
        self.0.push((key, value));
        Ok(())
    }

    /// Adds an entry in place of those with the same key. Fails with `INTERNAL` if key or value may not travel.
    pub fn insert(&mut self, key: &str, value: impl Into<Value>) -> Result<()> {
        let value = check(&key.to_ascii_lowercase(), value.into())?;
        self.remove(key);
        self.append(key, value)
    }

    /// Removes all entries with this key.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(it, _)| !it.eq_ignore_ascii_case(key));
    }

    /// The first text under this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.get_all(key).find_map(Value::as_text)
    }

    /// The first bytes under this key, which ends in `-bin`.
    pub fn get_binary(&self, key: &str) -> Option<&[u8]> {
        self.get_all(key).find_map(Value::as_binary)
    }

    /// All values under this key, in order.
    pub fn get_all<'a, 'k>(&'a self, key: &'k str) -> impl Iterator<Item = &'a Value> + use<'a, 'k> {
        self.0.iter().filter(move |(it, _)| it.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// True if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds all entries of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Adds all entries of another, in place of those with the same keys.
    pub(crate) fn replace(&mut self, other: Self) {
        self.0.retain(|(key, _)| other.get_all(key).next().is_none());
        self.extend(other);
    }
}

impl Value {
    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The bytes, if it is bytes.
    pub fn as_binary(&self) -> Option<&[u8]> {
        match self {
            Self::Text(_) => None,
            Self::Binary(bytes) => Some(bytes),
        }
    }
}

fn check(key: &str, value: Value) -> Result<Value> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if key.is_empty() || !key.bytes().all(letters) {
        return Err(refused(key, "has a key of other than letters, digits, `-`, `_` and `.`"));
    }
    if key.starts_with("grpc-") {
        return Err(refused(key, "has a key that belongs to gRPC"));
    }
    match &value {
        Value::Binary(_) if !key.ends_with(BINARY) => Err(refused(key, "is bytes: its key must end in `-bin`")),
        Value::Text(_) if key.ends_with(BINARY) => Err(refused(key, "is text: its key must not end in `-bin`")),
        Value::Text(text) if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            Err(refused(key, "is text with other than printable ASCII"))
        }
        _ => Ok(value),
    }
}

fn refused(key: &str, why: &str) -> Error {
    Error::internal(format!("metadata {key:?} {why}"))
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(Bytes::copy_from_slice(bytes))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Binary(bytes) => bytes.fmt(f),
        }
    }
}
