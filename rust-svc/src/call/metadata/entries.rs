//! Metadata as a list of entries.

use std::fmt;

use bytes::Bytes;

/// The suffix of keys whose values are bytes.
const BINARY: &str = "-bin";

/// Headers or trailers of a call, in order. A key may occur more than once.
///
/// Keys are lower case letters, digits, `-`, `_` and `.`. A key that ends in `-bin` holds bytes; any other holds
/// printable ASCII. Keys that start with `grpc-` are reserved for the protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, Value)>);

/// The value of a metadata entry.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Printable ASCII.
    Text(String),
    /// Any bytes, under a key that ends in `-bin`.
    Binary(Bytes),
}

/// The error for metadata whose key or value cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMetadata {
    key: String,
    reason: &'static str,
}

impl Metadata {
    /// Creates metadata without entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an entry after those with the same key. Fails if the key or the value is not valid.
    pub fn append(&mut self, key: &str, value: impl Into<Value>) -> Result<(), InvalidMetadata> {
        let key = key.to_ascii_lowercase();
        let value = check(&key, value.into())?;
        self.0.push((key, value));
        Ok(())
    }

    /// Adds an entry and removes those with the same key. Fails if the key or the value is not valid.
    pub fn insert(&mut self, key: &str, value: impl Into<Value>) -> Result<(), InvalidMetadata> {
        let value = check(&key.to_ascii_lowercase(), value.into())?;
        self.remove(key);
        self.append(key, value)
    }

    /// Removes all entries with this key.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(it, _)| !it.eq_ignore_ascii_case(key));
    }

    /// Returns the first text under this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.get_all(key).find_map(Value::as_text)
    }

    /// Returns the first bytes under this key, which ends in `-bin`.
    pub fn get_binary(&self, key: &str) -> Option<&[u8]> {
        self.get_all(key).find_map(Value::as_binary)
    }

    /// Returns all values under this key, in order.
    pub fn get_all<'a, 'k>(&'a self, key: &'k str) -> impl Iterator<Item = &'a Value> + use<'a, 'k> {
        self.0.iter().filter(move |(it, _)| it.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// Returns all entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Returns true if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds all entries of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Adds all entries of `other` and removes earlier ones with the same keys.
    pub(crate) fn replace(&mut self, other: Self) {
        self.0.retain(|(key, _)| other.get_all(key).next().is_none());
        self.extend(other);
    }
}

impl Value {
    /// Returns the text; `None` for bytes.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// Returns the bytes; `None` for a text.
    pub fn as_binary(&self) -> Option<&[u8]> {
        match self {
            Self::Text(_) => None,
            Self::Binary(bytes) => Some(bytes),
        }
    }
}

fn check(key: &str, value: Value) -> Result<Value, InvalidMetadata> {
    let reason = find_fault(key, &value);
    reason.map_or(Ok(value), |reason| Err(InvalidMetadata { key: key.to_owned(), reason }))
}

fn find_fault(key: &str, value: &Value) -> Option<&'static str> {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match value {
        _ if key.is_empty() || !key.bytes().all(is_valid) => {
            Some("has a key with characters other than letters, digits, `-`, `_` and `.`")
        }
        _ if key.starts_with("grpc-") => Some("has a key that is reserved for gRPC"),
        Value::Binary(_) if !key.ends_with(BINARY) => Some("is bytes: its key must end in `-bin`"),
        Value::Text(_) if key.ends_with(BINARY) => Some("is text: its key must not end in `-bin`"),
        Value::Text(text) if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            Some("is text with characters other than printable ASCII")
        }
        _ => None,
    }
}

impl InvalidMetadata {
    pub(super) fn new(key: &str, reason: &'static str) -> Self {
        Self { key: key.to_owned(), reason }
    }
}

impl fmt::Display for InvalidMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metadata {:?} {}", self.key, self.reason)
    }
}

impl std::error::Error for InvalidMetadata {}

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
