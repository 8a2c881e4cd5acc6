//! The framing of messages in the body of a request or response.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::compression::{self, DecompressError, Encoding};
use crate::Error;

/// The length of the prefix of a message: the compressed flag (one byte) and the length (four bytes).
pub(crate) const PREFIX_LEN: usize = 5;

/// The size up to which ready messages are sent together, in bytes. Many peers close a connection that sends many small
/// frames.
pub(crate) const BATCH_SIZE: usize = 32 * 1024;

/// Encodes a message with its prefix. Fails with `RESOURCE_EXHAUSTED` if it is too large for the prefix.
pub(crate) fn encode(message: &impl prost::Message, encoding: Encoding) -> Result<Bytes, Error> {
    let mut bytes = BytesMut::new();
    append(message, encoding, &mut bytes)?;
    Ok(bytes.freeze())
}

/// Appends a message with its prefix. Fails with `RESOURCE_EXHAUSTED` if it is too large for the prefix.
pub(crate) fn append(message: &impl prost::Message, encoding: Encoding, bytes: &mut BytesMut) -> Result<(), Error> {
    match encoding {
        Encoding::Identity => {
            let length = message.encoded_len();
            let prefix = fitting_length(length)?;
            let start = bytes.len();
            // A new buffer is cheaper than growing an empty one.
            if bytes.capacity() == 0 {
                *bytes = BytesMut::with_capacity(PREFIX_LEN + length);
            }
            // Many small writes are cheaper into a slice than into a buffer that may grow.
            bytes.resize(start + PREFIX_LEN + length, 0);
            let mut rest = &mut bytes[start..];
            rest.put_u8(0);
            rest.put_u32(prefix);
            message.encode(&mut rest).map_err(Error::internal)
        }
        Encoding::Gzip => {
            let compressed = compression::compress(&message.encode_to_vec()).map_err(Error::internal)?;
            let prefix = fitting_length(compressed.len())?;
            bytes.reserve(PREFIX_LEN + compressed.len());
            bytes.put_u8(1);
            bytes.put_u32(prefix);
            bytes.put_slice(&compressed);
            Ok(())
        }
    }
}

fn fitting_length(length: usize) -> Result<u32, Error> {
    let too_large = |_| Error::resource_exhausted(format!("a message of {length} bytes is too large for gRPC"));
    u32::try_from(length).map_err(too_large)
}

/// Splits received bytes into messages. A message that is received in one piece is not copied.
#[derive(Debug)]
pub(crate) struct FrameDecoder {
    /// The unread rest of the last piece.
    piece: Bytes,
    /// The incomplete message before it.
    partial: BytesMut,
    encoding: Encoding,
    limit: usize,
}

/// The reason why received bytes are not messages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// A message is larger than the limit. This is known from its prefix.
    TooLarge(usize),
    /// A message is larger than the limit when decompressed.
    DecompressedTooLarge,
    /// The compressed flag is invalid, or set without `grpc-encoding`.
    Flag,
    /// A message cannot be decompressed.
    Compression,
}

impl FrameDecoder {
    /// Creates a decoder of messages with this compression, of at most `limit` bytes when decompressed.
    pub(crate) fn new(encoding: Encoding, limit: usize) -> Self {
        Self { piece: Bytes::new(), partial: BytesMut::new(), encoding, limit }
    }

    /// Adds received bytes.
    pub(crate) fn add(&mut self, piece: Bytes) {
        if self.piece.is_empty() {
            self.piece = piece;
        } else {
            self.partial.extend_from_slice(&std::mem::take(&mut self.piece));
            self.piece = piece;
        }
    }

    /// Returns whether all bytes belong to complete messages that were taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.piece.is_empty() && self.partial.is_empty()
    }

    /// Returns whether the next message is complete in the last piece.
    #[cfg(feature = "client")]
    pub(crate) fn has_next(&self) -> bool {
        let head = self.head(&self.piece).ok().flatten();
        self.partial.is_empty() && head.is_some_and(|(_, length)| self.piece.len() - PREFIX_LEN >= length)
    }

    /// Takes the next message, without its prefix. Returns `None` if it is incomplete.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        loop {
            let bytes = if self.partial.is_empty() { &self.piece[..] } else { &self.partial[..] };
            let head = self.head(bytes)?;
            let size = PREFIX_LEN + head.map_or(0, |(_, length)| length);
            if let Some((flag, _)) = head.filter(|_| bytes.len() >= size) {
                let message = self.take(size);
                return self.decode(flag, message).map(Some);
            }
            if self.piece.is_empty() {
                return Ok(None);
            }
            let missing = self.piece.len().min(size - self.partial.len());
            self.partial.extend_from_slice(&self.piece.split_to(missing));
        }
    }

    /// Reads the prefix of a message: its flag and its length.
    fn head(&self, bytes: &[u8]) -> Result<Option<(u8, usize)>, FrameError> {
        let Some(([flag, length @ ..], _)) = bytes.split_first_chunk::<PREFIX_LEN>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > self.limit { Err(FrameError::TooLarge(length)) } else { Ok(Some((*flag, length))) }
    }

    fn take(&mut self, size: usize) -> Bytes {
        let mut message = match self.partial.is_empty() {
            true => self.piece.split_to(size),
            false => self.partial.split_to(size).freeze(),
        };
        message.advance(PREFIX_LEN);
        message
    }

    fn decode(&self, flag: u8, message: Bytes) -> Result<Bytes, FrameError> {
        match flag {
            0 => Ok(message),
            1 if self.encoding == Encoding::Gzip => {
                compression::decompress(&message, self.limit).map_err(|refused| match refused {
                    DecompressError::TooLarge => FrameError::DecompressedTooLarge,
                    DecompressError::Malformed => FrameError::Compression,
                })
            }
            _ => Err(FrameError::Flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(frames: &mut FrameDecoder) -> Vec<Bytes> {
        std::iter::from_fn(|| frames.next().expect("messages")).collect()
    }

    fn framed(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| encode(&(*text).to_owned(), Encoding::Identity).expect("a frame")).collect()
    }

    #[test]
    fn messages_are_found_in_pieces_of_any_size() {
        let texts = ["one", "", "three", &"x".repeat(300)];
        let expected = texts.map(|text| prost::Message::encode_to_vec(&text.to_owned()));
        let bytes = framed(&texts);
        for size in 1..=bytes.len() {
            let (mut frames, mut found) = (FrameDecoder::new(Encoding::Identity, 1000), Vec::new());
            for piece in bytes.chunks(size) {
                frames.add(Bytes::copy_from_slice(piece));
                found.extend(all(&mut frames));
            }
            assert!(frames.is_empty());
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_message_in_one_piece_is_not_copied() {
        let bytes = Bytes::from(framed(&["one", "two"]));
        let mut frames = FrameDecoder::new(Encoding::Identity, 1000);
        frames.add(bytes.clone());
        for (message, start) in all(&mut frames).iter().zip([PREFIX_LEN, 2 * PREFIX_LEN + 5]) {
            assert_eq!(message.as_ptr(), bytes[start..].as_ptr());
        }
    }

    #[test]
    fn pieces_may_be_added_before_messages_are_taken() {
        let bytes = framed(&["one", "two"]);
        let mut frames = FrameDecoder::new(Encoding::Identity, 1000);
        bytes.chunks(3).for_each(|piece| frames.add(Bytes::copy_from_slice(piece)));
        assert_eq!(all(&mut frames), [&b"\x0a\x03one"[..], b"\x0a\x03two"]);
    }

    #[test]
    fn invalid_frames_are_errors() {
        for (encoding, bytes, expected) in [
            (Encoding::Identity, &[0, 0, 0, 0, 11][..], FrameError::TooLarge(11)),
            (Encoding::Identity, &[0, 255, 255, 255, 255], FrameError::TooLarge(u32::MAX as usize)),
            (Encoding::Identity, &[1, 0, 0, 0, 0], FrameError::Flag),
            (Encoding::Gzip, &[2, 0, 0, 0, 1, 7], FrameError::Flag),
            (Encoding::Gzip, &[1, 0, 0, 0, 1, 7], FrameError::Compression),
        ] {
            let mut frames = FrameDecoder::new(encoding, 10);
            frames.add(Bytes::from_static(bytes));
            assert_eq!(frames.next(), Err(expected), "{bytes:?}");
        }
    }
}
