//! Compression of messages with gzip.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use http::{HeaderMap, HeaderValue};

use super::{header, metadata};

/// The compression of the messages of one direction whose flag is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// No compression.
    #[default]
    Identity,
    Gzip,
}

/// The reason why a message cannot be decompressed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DecompressError {
    TooLarge,
    Malformed,
}

impl Encoding {
    /// The known compressions, as the value of `grpc-accept-encoding`.
    pub(crate) const KNOWN: HeaderValue = HeaderValue::from_static("gzip");

    /// Reads `grpc-encoding`. Fails with the name of an unknown compression.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, String> {
        match metadata::first(headers, &header::ENCODING).map(|value| value.as_bytes()) {
            None | Some(b"identity") => Ok(Self::Identity),
            Some(b"gzip") => Ok(Self::Gzip),
            Some(other) => Err(String::from_utf8_lossy(other).into_owned()),
        }
    }

    /// Returns whether the sender of these headers reads this compression.
    #[cfg(feature = "adapter")]
    pub(crate) fn is_accepted(self, headers: &HeaderMap) -> bool {
        let Some(name) = self.name() else { return true };
        let has_name = |line: &str| line.split(',').any(|accepted| accepted.trim() == name);
        metadata::all(headers, &header::ACCEPT_ENCODING).any(|line| line.to_str().is_ok_and(has_name))
    }

    /// Returns the value of `grpc-encoding`; `None` without compression.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
        }
    }
}

/// Compresses a message.
pub(crate) fn compress(message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message)?;
    encoder.finish()
}

/// Decompresses a message. A few bytes can become gigabytes, so at most `limit` bytes are produced.
pub(crate) fn decompress(bytes: &[u8], limit: usize) -> Result<Bytes, DecompressError> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut message = Vec::new();
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut message).map_err(|_| DecompressError::Malformed)?;
    if message.len() > limit { Err(DecompressError::TooLarge) } else { Ok(message.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_compressed_and_decompressed() {
        for message in [&b""[..], b"one", &[7; 10_000]] {
            let bytes = compress(message).expect("memory");
            assert_eq!(decompress(&bytes, message.len()).expect("a message"), message);
        }
    }

    /// A gzip file has any number of members (RFC 1952, section 2.2).
    #[test]
    fn the_members_of_a_message_are_joined() {
        let bytes = [&b"one "[..], b"", b"two"].map(|part| compress(part).expect("memory")).concat();
        assert_eq!(decompress(&bytes, 7).expect("a message"), &b"one two"[..]);
    }

    #[test]
    fn large_and_malformed_messages_fail() {
        let bomb = compress(&vec![0; 1_000_000]).expect("memory");
        let cut = &bomb[..bomb.len() / 2];
        let trailed = [&bomb[..], b"more"].concat();
        for (bytes, limit, expected) in [
            (&bomb[..], 999_999, DecompressError::TooLarge),
            (&bomb, 0, DecompressError::TooLarge),
            (&[&bomb[..], &bomb].concat(), 1_000_000, DecompressError::TooLarge),
            (cut, 1_000_000, DecompressError::Malformed),
            (&trailed, 1_000_000, DecompressError::Malformed),
            (b"", 100, DecompressError::Malformed),
            (b"no gzip", 100, DecompressError::Malformed),
        ] {
            assert_eq!(decompress(bytes, limit).expect_err("refused"), expected);
        }
    }

    #[test]
    fn the_compression_is_read_from_headers() {
        for (value, expected) in [
            (None, Ok(Encoding::Identity)),
            (Some("identity"), Ok(Encoding::Identity)),
            (Some("gzip"), Ok(Encoding::Gzip)),
            (Some("br"), Err("br".to_owned())),
        ] {
            let value = value.map(|value| ("grpc-encoding".parse().expect("a name"), value.parse().expect("a value")));
            assert_eq!(Encoding::from_headers(&value.into_iter().collect()), expected);
        }
    }

    #[cfg(feature = "adapter")]
    #[test]
    fn accepted_compressions_are_read_from_headers() {
        for (lines, expected) in [
            (&[][..], false),
            (&["gzip"], true),
            (&["identity, deflate ,gzip"], true),
            (&["identity", "br", "gzip"], true),
            (&["\u{e9}", "gzip"], true),
            (&["identity", "gzipped"], false),
        ] {
            let line =
                |line: &&str| (header::ACCEPT_ENCODING, HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
            let headers: HeaderMap = lines.iter().map(line).collect();
            assert_eq!(Encoding::Gzip.is_accepted(&headers), expected, "{lines:?}");
            assert!(Encoding::Identity.is_accepted(&headers));
        }
    }
}
