//! The JSON values of a body that holds several: newline-delimited JSON, or a JSON text sequence (RFC 7464).

use bytes::{Buf, Bytes, BytesMut};

/// Splits a body into its values as it arrives.
#[derive(Debug, Default)]
pub(crate) struct JsonSplitter {
    buffer: BytesMut,
    /// The number of bytes of the buffer that were scanned.
    scanned: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl JsonSplitter {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns the number of bytes that wait for the rest of their value.
    pub(crate) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next complete value, which need not be valid JSON.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        self.skip_separators();
        while let Some(&byte) = self.buffer.get(self.scanned) {
            self.scanned += 1;
            if self.ends_with(byte) {
                return Some(self.cut());
            }
        }
        None
    }

    /// Returns the rest at the end of the body.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        self.skip_separators();
        (!self.buffer.is_empty()).then(|| {
            self.scanned = self.buffer.len();
            self.cut()
        })
    }

    /// Returns whether a value ends with this byte: an object or an array with its bracket, other values with their line.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = byte == b'\\' && !self.escaped;
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => (),
        }
        self.depth == 0 && matches!(byte, b'}' | b']' | b'\n')
    }

    fn cut(&mut self) -> Bytes {
        let value = self.buffer.split_to(self.scanned).freeze();
        *self = Self { buffer: std::mem::take(&mut self.buffer), ..Self::default() };
        value
    }

    fn skip_separators(&mut self) {
        if self.scanned == 0 {
            let separators = self.buffer.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e));
            let count = separators.count();
            self.buffer.advance(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::JsonSplitter;

    #[test]
    fn values_are_split_independently_of_chunks() {
        let body = "{\"a\":\"}\\\"{\"}\n {\"b\":[{},{}]}{\"c\":1}\r\n\u{1e}[1]\n\"x\"\n1\n{\"d\":\n2}\ntail";
        let expected =
            ["{\"a\":\"}\\\"{\"}", "{\"b\":[{},{}]}", "{\"c\":1}", "[1]", "\"x\"\n", "1\n", "{\"d\":\n2}", "tail"];
        for size in 1..body.len() {
            let (mut values, mut found) = (JsonSplitter::default(), Vec::new());
            for chunk in body.as_bytes().chunks(size) {
                values.push(chunk);
                found.extend(std::iter::from_fn(|| values.next()));
            }
            found.extend(values.rest());
            assert_eq!(found, expected, "chunks of {size}");
            assert_eq!(values.pending(), 0);
        }
    }
}
