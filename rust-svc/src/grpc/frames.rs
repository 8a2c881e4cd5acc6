//! Messages as they travel in the body of a request or an answer.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::compression::{self, Encoding, Refused};
use crate::Error;

/// Before each message: whether it is compressed (one byte), and its length (four bytes).
pub(crate) const PREFIX: usize = 5;

/// Messages that are ready are sent together up to about this many bytes: it takes fewer steps, and many peers close a
/// connection that brings many small frames.
pub(crate) const BATCH: usize = 32 * 1024;

/// A message with its prefix. Fails with `RESOURCE_EXHAUSTED` if its length does not fit.
pub(crate) fn frame(message: &impl prost::Message, encoding: Encoding) -> Result<Bytes, Error> {
    let mut bytes = BytesMut::new();
    append(message, encoding, &mut bytes)?;
    Ok(bytes.freeze())
}

/// Adds a message with its prefix. Fails with `RESOURCE_EXHAUSTED` if its length does not fit.
pub(crate) fn append(message: &impl prost::Message, encoding: Encoding, bytes: &mut BytesMut) -> Result<(), Error> {
    match encoding {
        Encoding::Identity => {
            let length = message.encoded_len();
            let prefix = fitting(length)?;
            let start = bytes.len();
            // To let an empty buffer grow takes more steps than to make one.
            if bytes.capacity() == 0 {
                *bytes = BytesMut::with_capacity(PREFIX + length);
            }
            // A slice takes the many small writes with fewer steps than a buffer that may grow.
            bytes.resize(start + PREFIX + length, 0);
            let mut rest = &mut bytes[start..];
            rest.put_u8(0);
            rest.put_u32(prefix);
            message.encode(&mut rest).map_err(Error::internal)
        }
        Encoding::Gzip => {
            let compressed = compression::compress(&message.encode_to_vec()).map_err(Error::internal)?;
            let prefix = fitting(compressed.len())?;
            bytes.reserve(PREFIX + compressed.len());
            bytes.put_u8(1);
            bytes.put_u32(prefix);
            bytes.put_slice(&compressed);
            Ok(())
        }
    }
}

fn fitting(length: usize) -> Result<u32, Error> {
    let too_large = |_| Error::resource_exhausted(format!("a message of {length} bytes is too large for gRPC"));
    u32::try_from(length).map_err(too_large)
}

/// Finds messages in bytes that come in pieces. What comes in one piece is not copied.
#[derive(Debug)]
pub(crate) struct Frames {
    /// The rest of the last piece.
    piece: Bytes,
    /// The beginning of a message that came before it.
    begun: BytesMut,
    encoding: Encoding,
    limit: usize,
}

/// Why bytes are no messages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A message is longer than the limit, which is told before all of it has come.
    TooLong(usize),
    /// A message is longer than the limit when it is decompressed.
    Bomb,
    /// A message says that it is compressed, and nothing says how; or it says neither that nor the opposite.
    Flag,
    /// A message cannot be decompressed.
    Compression,
}

impl Frames {
    /// Messages of at most so many bytes, decompressed, of which those that say so are compressed like this.
    pub(crate) fn new(encoding: Encoding, limit: usize) -> Self {
        Self { piece: Bytes::new(), begun: BytesMut::new(), encoding, limit }
    }

    /// The next piece. Messages of the one before have been taken.
    pub(crate) fn add(&mut self, piece: Bytes) {
        if self.piece.is_empty() {
            self.piece = piece;
        } else {
            self.begun.extend_from_slice(&std::mem::take(&mut self.piece));
            self.piece = piece;
        }
    }

    /// True if nothing is left of a message.
    pub(crate) fn is_empty(&self) -> bool {
        self.piece.is_empty() && self.begun.is_empty()
    }

    /// True if all of the next message came in one piece.
    #[cfg(feature = "client")]
    pub(crate) fn has_next(&self) -> bool {
        let head = self.head(&self.piece).ok().flatten();
        self.begun.is_empty() && head.is_some_and(|(_, length)| self.piece.len() - PREFIX >= length)
    }

    /// The next message, without its prefix; `None` if it is not all there.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, Unreadable> {
        loop {
            let begun = if self.begun.is_empty() { &self.piece[..] } else { &self.begun[..] };
            let head = self.head(begun)?;
            let size = PREFIX + head.map_or(0, |(_, length)| length);
            if let Some((flag, _)) = head.filter(|_| begun.len() >= size) {
                let message = self.take(size);
                return self.open(flag, message).map(Some);
            }
            if self.piece.is_empty() {
                return Ok(None);
            }
            let missing = self.piece.len().min(size - self.begun.len());
            self.begun.extend_from_slice(&self.piece.split_to(missing));
        }
    }

    /// What the prefix says of a message: its flag and its length.
    fn head(&self, bytes: &[u8]) -> Result<Option<(u8, usize)>, Unreadable> {
        let Some(([flag, length @ ..], _)) = bytes.split_first_chunk::<PREFIX>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > self.limit { Err(Unreadable::TooLong(length)) } else { Ok(Some((*flag, length))) }
    }

    fn take(&mut self, size: usize) -> Bytes {
        let mut message = match self.begun.is_empty() {
            true => self.piece.split_to(size),
            false => self.begun.split_to(size).freeze(),
        };
        message.advance(PREFIX);
        message
    }

    fn open(&self, flag: u8, message: Bytes) -> Result<Bytes, Unreadable> {
        match flag {
            0 => Ok(message),
            1 if self.encoding == Encoding::Gzip => {
                compression::decompress(&message, self.limit).map_err(|refused| match refused {
                    Refused::TooLarge => Unreadable::Bomb,
                    Refused::Malformed => Unreadable::Compression,
                })
            }
            _ => Err(Unreadable::Flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(frames: &mut Frames) -> Vec<Bytes> {
        std::iter::from_fn(|| frames.next().expect("messages")).collect()
    }

    fn framed(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| frame(&(*text).to_owned(), Encoding::Identity).expect("a frame")).collect()
    }

    #[test]
    fn messages_in_pieces_of_any_size() {
        let texts = ["one", "", "three", &"x".repeat(300)];
        let expected = texts.map(|text| prost::Message::encode_to_vec(&text.to_owned()));
        let bytes = framed(&texts);
        for size in 1..=bytes.len() {
            let (mut frames, mut found) = (Frames::new(Encoding::Identity, 1000), Vec::new());
            for piece in bytes.chunks(size) {
                frames.add(Bytes::copy_from_slice(piece));
                found.extend(all(&mut frames));
            }
            assert!(frames.is_empty());
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_in_one_piece_is_not_copied() {
        let bytes = Bytes::from(framed(&["one", "two"]));
        let mut frames = Frames::new(Encoding::Identity, 1000);
        frames.add(bytes.clone());
        for (message, start) in all(&mut frames).iter().zip([PREFIX, 2 * PREFIX + 5]) {
            assert_eq!(message.as_ptr(), bytes[start..].as_ptr());
        }
    }

    #[test]
    fn pieces_that_were_not_looked_at_are_kept() {
        let bytes = framed(&["one", "two"]);
        let mut frames = Frames::new(Encoding::Identity, 1000);
        bytes.chunks(3).for_each(|piece| frames.add(Bytes::copy_from_slice(piece)));
        assert_eq!(all(&mut frames), [&b"\x0a\x03one"[..], b"\x0a\x03two"]);
    }

    #[test]
    fn what_is_no_message() {
        for (encoding, bytes, expected) in [
            (Encoding::Identity, &[0, 0, 0, 0, 11][..], Unreadable::TooLong(11)),
            (Encoding::Identity, &[0, 255, 255, 255, 255], Unreadable::TooLong(u32::MAX as usize)),
            (Encoding::Identity, &[1, 0, 0, 0, 0], Unreadable::Flag),
            (Encoding::Gzip, &[2, 0, 0, 0, 1, 7], Unreadable::Flag),
            (Encoding::Gzip, &[1, 0, 0, 0, 1, 7], Unreadable::Compression),
        ] {
            let mut frames = Frames::new(encoding, 10);
            frames.add(Bytes::from_static(bytes));
            assert_eq!(frames.next(), Err(expected), "{bytes:?}");
        }
    }
}
