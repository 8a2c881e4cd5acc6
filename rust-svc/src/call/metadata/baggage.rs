//! The baggage of a call, by W3C Baggage.

use std::fmt;

use super::InvalidMetadata;

/// The most that is passed on. W3C Baggage asks for 64 entries at least.
const MAX_BYTES: usize = 8192;
const MAX_ENTRIES: usize = 180;

/// Names and values that go along with a call and with all calls that it makes, by W3C Baggage: a tenant, an experiment.
///
/// Every service on the way can read it, so it is no place for secrets. At most 180 entries and 8,192 bytes are kept. Entries
/// that are malformed, or do not fit, are dropped. It displays as the value of the header.
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// # use rust_svc::{Baggage, Context};
/// let cx = Context::new().with_baggage(Baggage::new().with("tenant", "Nuts & Bolts")?);
/// assert_eq!(cx.child().baggage().get("tenant"), Some("Nuts & Bolts"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    value: String,
    /// The properties in encoded form, which only other systems read.
    properties: String,
    /// The length in encoded form.
    length: usize,
}

impl Baggage {
    /// The metadata key that carries it.
    pub const HEADER: &str = "baggage";

    /// Creates baggage without entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads the value of a header. Malformed entries are dropped, and of several with one name the last counts.
    pub fn parse(header: &str) -> Self {
        let mut baggage = Self::new();
        baggage.extend(header);
        baggage
    }

    /// Returns the value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|entry| entry.name == name).map(|entry| entry.value.as_str())
    }

    /// Sets a value, which may be any text. Fails if the name is not a token of HTTP, or the baggage becomes too long.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, InvalidMetadata> {
        if !is_token(name) {
            return Err(InvalidMetadata::new(name, "the name of a baggage entry is a token of HTTP"));
        }
        match self.insert(Entry::new(name, value.to_owned(), "")) {
            true => Ok(self),
            false => Err(InvalidMetadata::new(name, "baggage has at most 180 entries and 8192 bytes")),
        }
    }

    /// Removes a value.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|entry| entry.name != name);
        self
    }

    /// Returns all names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|entry| (entry.name.as_str(), entry.value.as_str()))
    }

    /// Returns true if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the entries of a header that are valid and fit.
    pub(crate) fn extend(&mut self, header: &str) {
        for entry in header.split(',').take(MAX_ENTRIES).filter_map(Entry::parse) {
            self.insert(entry);
        }
    }

    /// Adds an entry in place of one with its name, unless the baggage becomes too long. Returns whether it was added.
    fn insert(&mut self, entry: Entry) -> bool {
        let others = self.0.iter().filter(|other| other.name != entry.name);
        let (count, length) = others.fold((0, 0), |(count, length), other| (count + 1, length + other.length + 1));
        if count >= MAX_ENTRIES || length + entry.length > MAX_BYTES {
            return false;
        }
        self.0.retain(|other| other.name != entry.name);
        self.0.push(entry);
        true
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        let (entry, properties) =
            text.split_once(';').map_or((text, ""), |(entry, properties)| (entry, properties.trim()));
        let (name, value) = entry.split_once('=')?;
        let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
        let is_valid = is_token(name) && value.bytes().all(is_value_byte) && properties.bytes().all(is_property_byte);
        is_valid.then(|| Self::new(name, decode(value), properties))
    }

    fn new(name: &str, value: String, properties: &str) -> Self {
        let encoded: usize = value.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum();
        let separator = usize::from(!properties.is_empty());
        let length = name.len() + 1 + encoded + separator + properties.len();
        Self { name: name.to_owned(), value, properties: properties.to_owned(), length }
    }
}

impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            entry.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.name)?;
        for byte in self.value.bytes() {
            match is_plain(byte) {
                true => write!(f, "{}", char::from(byte))?,
                false => write!(f, "%{byte:02X}")?,
            }
        }
        if self.properties.is_empty() { Ok(()) } else { write!(f, ";{}", self.properties) }
    }
}

/// Returns whether a text is a token of HTTP (RFC 9110).
fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Returns whether a byte may be part of an encoded value.
fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

fn is_property_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b',' || byte == b' ' || byte == b'\t'
}

/// Returns whether a byte of a value is not encoded.
fn is_plain(byte: u8) -> bool {
    is_value_byte(byte) && byte != b'%'
}

/// Decodes percent-encoding. Bytes that are not UTF-8 become replacement characters, as W3C Baggage asks for.
fn decode(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let encoded = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(encoded.unwrap_or(*first));
        rest = if encoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_leniently_and_written_exactly() {
        for (header, entries, written) in [
            ("", &[][..], ""),
            ("a=1", &[("a", "1")], "a=1"),
            (" a = 1 ,\tb=2\t", &[("a", "1"), ("b", "2")], "a=1,b=2"),
            ("a=1;p;q=2, b=2 ; r", &[("a", "1"), ("b", "2")], "a=1;p;q=2,b=2;r"),
            ("a=x%20y%2Cz", &[("a", "x y,z")], "a=x%20y%2Cz"),
            ("a=%C3%A4", &[("a", "ä")], "a=%C3%A4"),
            ("a=%FF", &[("a", "\u{fffd}")], "a=%EF%BF%BD"),
            ("a=100%,b=%zz", &[("a", "100%"), ("b", "%zz")], "a=100%25,b=%25zz"),
            ("a=b=c", &[("a", "b=c")], "a=b=c"),
            ("a=", &[("a", "")], "a="),
            ("a=1,a=2,b=3", &[("a", "2"), ("b", "3")], "a=2,b=3"),
            // Malformed entries are dropped, and the others stay.
            ("a,=1,b b=1,c=\"x\",d=x y,é=1,e=é,f\u{0}=1,,g=7,h=1;\u{7f}", &[("g", "7")], "g=7"),
        ] {
            let baggage = Baggage::parse(header);
            assert_eq!(baggage.iter().collect::<Vec<_>>(), entries, "{header:?}");
            assert_eq!(baggage.to_string(), written, "{header:?}");
            assert_eq!(Baggage::parse(written).to_string(), written);
        }
    }

    #[test]
    fn any_text_is_a_value_but_only_tokens_are_names() {
        let text = "Käse, 50 %;\r\n\"x\"\u{0}";
        let baggage = Baggage::new().with("a", text).expect("a name");
        assert!(baggage.to_string().bytes().all(|byte| byte.is_ascii_graphic()));
        assert_eq!(Baggage::parse(&baggage.to_string()).get("a"), Some(text));
        for name in ["", "a b", "a=b", "a,b", "é", "a\n"] {
            assert!(Baggage::new().with(name, "1").is_err(), "{name:?}");
        }
        assert!(baggage.without("a").is_empty());
    }

    #[test]
    fn it_is_bounded() {
        let many =
            |count: usize, value: &str| (0..count).map(|name| format!("{name}={value}")).collect::<Vec<_>>().join(",");
        assert_eq!(Baggage::parse(&many(64, &"x".repeat(100))).iter().count(), 64);
        assert_eq!(Baggage::parse(&many(2000, "x")).iter().count(), MAX_ENTRIES);
        let long = Baggage::parse(&many(180, &"x".repeat(100))).to_string();
        assert!(long.len() <= MAX_BYTES && long.len() > MAX_BYTES - 110, "{}", long.len());
        assert!(Baggage::new().with("a", &" ".repeat(2730)).is_ok());
        assert!(Baggage::new().with("a", &" ".repeat(2731)).is_err());
        assert_eq!(Baggage::parse(&format!("long={},short=1", "x".repeat(9000))).get("short"), Some("1"));
    }
}
