//! Messages compressed with gzip.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::metadata;

/// How the messages of one direction are compressed, those that say that they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// None of them is.
    #[default]
    Identity,
    Gzip,
}

/// Why a message cannot be decompressed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    TooLarge,
    Malformed,
}

impl Encoding {
    /// The header that tells it.
    pub(crate) const HEADER: HeaderName = HeaderName::from_static("grpc-encoding");

    /// The header that tells which of them may come back.
    pub(crate) const ACCEPT: HeaderName = HeaderName::from_static("grpc-accept-encoding");

    /// Those that are known, as that header has them.
    pub(crate) const KNOWN: HeaderValue = HeaderValue::from_static("gzip");

    /// What headers tell, or the name if it is none of these.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, String> {
        match metadata::first(headers, &Self::HEADER).map(|value| value.as_bytes()) {
            None | Some(b"identity") => Ok(Self::Identity),
            Some(b"gzip") => Ok(Self::Gzip),
            Some(other) => Err(String::from_utf8_lossy(other).into_owned()),
        }
    }

    /// True if it may come back, by the headers of a request.
    #[cfg(feature = "adapter")]
    pub(crate) fn is_accepted(self, headers: &HeaderMap) -> bool {
        let Some(name) = self.name() else { return true };
        let has_name = |line: &str| line.split(',').any(|accepted| accepted.trim() == name);
        metadata::all(headers, &Self::ACCEPT).any(|line| line.to_str().is_ok_and(has_name))
    }

    /// Its name, if it has to be told.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
        }
    }
}

/// A message, smaller.
pub(crate) fn compress(message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message)?;
    encoder.finish()
}

/// A message that was compressed. A few bytes can become gigabytes, so no more is read than is allowed.
pub(crate) fn decompress(bytes: &[u8], limit: usize) -> Result<Bytes, Refused> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut message = Vec::new();
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut message).map_err(|_| Refused::Malformed)?;
    if message.len() > limit { Err(Refused::TooLarge) } else { Ok(message.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_there_and_back() {
        for message in [&b""[..], b"one", &[7; 10_000]] {
            let bytes = compress(message).expect("memory");
            assert_eq!(decompress(&bytes, message.len()).expect("a message"), message);
        }
    }

    /// A file of gzip has any number of members (RFC 1952, section 2.2), and what it says is all of them.
    #[test]
    fn several_members_are_one_message() {
        let bytes = [&b"one "[..], b"", b"two"].map(|part| compress(part).expect("memory")).concat();
        assert_eq!(decompress(&bytes, 7).expect("a message"), &b"one two"[..]);
    }

    #[test]
    fn refuses() {
        let bomb = compress(&vec![0; 1_000_000]).expect("memory");
        let cut = &bomb[..bomb.len() / 2];
        let trailed = [&bomb[..], b"more"].concat();
        for (bytes, limit, expected) in [
            (&bomb[..], 999_999, Refused::TooLarge),
            (&bomb, 0, Refused::TooLarge),
            (&[&bomb[..], &bomb].concat(), 1_000_000, Refused::TooLarge),
            (cut, 1_000_000, Refused::Malformed),
            (&trailed, 1_000_000, Refused::Malformed),
            (b"", 100, Refused::Malformed),
            (b"no gzip", 100, Refused::Malformed),
        ] {
            assert_eq!(decompress(bytes, limit).expect_err("refused"), expected);
        }
    }

    #[test]
    fn what_headers_tell() {
        for (value, expected) in [
            (None, Ok(Encoding::Identity)),
            (Some("identity"), Ok(Encoding::Identity)),
            (Some("gzip"), Ok(Encoding::Gzip)),
            (Some("br"), Err("br".to_owned())),
        ] {
            let value = value.map(|value| ("grpc-encoding".parse().expect("a name"), value.parse().expect("a value")));
            assert_eq!(Encoding::of(&value.into_iter().collect()), expected);
        }
    }

    #[cfg(feature = "adapter")]
    #[test]
    fn what_is_accepted() {
        for (lines, expected) in [
            (&[][..], false),
            (&["gzip"], true),
            (&["identity, deflate ,gzip"], true),
            (&["identity", "br", "gzip"], true),
            (&["\u{e9}", "gzip"], true),
            (&["identity", "gzipped"], false),
        ] {
            let line = |line: &&str| (Encoding::ACCEPT, HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
            let headers: HeaderMap = lines.iter().map(line).collect();
            assert_eq!(Encoding::Gzip.is_accepted(&headers), expected, "{lines:?}");
            assert!(Encoding::Identity.is_accepted(&headers));
        }
    }
}
