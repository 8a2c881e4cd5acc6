//! The JSON values of a body that holds several: newline-delimited JSON, a JSON text sequence (RFC 7464), or an array.

use bytes::{Buf, Bytes, BytesMut};

/// Splits a body into its values as it arrives.
#[derive(Debug, Default)]
pub(super) struct JsonSplitter {
    buffer: BytesMut,
    /// The number of bytes of the buffer that were scanned.
    scanned: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    array: ArrayState,
}

/// The parts of an array that may come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ArrayState {
    /// The values are not in an array.
    #[default]
    None,
    /// The values are in an array if the body begins with one.
    Start,
    FirstOrEnd,
    Value,
    CommaOrEnd,
    End,
}

/// The body is not a list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAnArray(pub(super) &'static str);

type Split = Result<Option<Bytes>, NotAnArray>;

impl JsonSplitter {
    /// Creates a splitter of a body that may be an array of the values.
    pub(super) fn maybe_array() -> Self {
        Self { array: ArrayState::Start, ..Self::default() }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns the number of bytes that wait for the rest of their value.
    pub(super) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next complete value, which need not be valid JSON.
    pub(super) fn next(&mut self) -> Split {
        if self.scanned == 0 && !self.at_value()? {
            return Ok(None);
        }
        while let Some(&byte) = self.buffer.get(self.scanned) {
            if self.array != ArrayState::None && self.is_outside() && matches!(byte, b',' | b']') {
                return Ok(Some(self.cut()));
            }
            self.scanned += 1;
            if self.ends_with(byte) {
                return Ok(Some(self.cut()));
            }
        }
        Ok(None)
    }

    /// Returns the rest at the end of the body.
    pub(super) fn rest(&mut self) -> Split {
        self.skip_separators();
        if !matches!(self.array, ArrayState::None | ArrayState::Start | ArrayState::End) {
            return Err(NotAnArray("the array has no end"));
        }
        let rest = (!self.buffer.is_empty()).then(|| {
            self.scanned = self.buffer.len();
            self.cut()
        });
        Ok(rest)
    }

    /// Reads to the start of the next value. Returns false if it has not arrived, or if there is none.
    fn at_value(&mut self) -> Result<bool, NotAnArray> {
        loop {
            self.skip_separators();
            let Some(&byte) = self.buffer.first() else { return Ok(false) };
            self.array = match (self.array, byte) {
                (ArrayState::Start, b'[') => ArrayState::FirstOrEnd,
                (ArrayState::FirstOrEnd | ArrayState::CommaOrEnd, b']') => ArrayState::End,
                (ArrayState::CommaOrEnd, b',') => ArrayState::Value,
                (ArrayState::Start, _) => ArrayState::None,
                (ArrayState::CommaOrEnd, _) => return Err(NotAnArray("expected `,` or `]`")),
                (ArrayState::Value, b',' | b']') => return Err(NotAnArray("a value is missing")),
                (ArrayState::FirstOrEnd, b',') => return Err(NotAnArray("a value is missing")),
                (ArrayState::End, _) => return Err(NotAnArray("something follows its end")),
                (state, _) => {
                    self.array = state;
                    return Ok(true);
                }
            };
            if self.array == ArrayState::None {
                return Ok(true);
            }
            self.buffer.advance(1);
        }
    }

    fn is_outside(&self) -> bool {
        self.depth == 0 && !self.in_string
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
        let array = if self.array == ArrayState::None { self.array } else { ArrayState::CommaOrEnd };
        *self = Self { buffer: std::mem::take(&mut self.buffer), array, ..Self::default() };
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
    use super::{JsonSplitter, NotAnArray};

    /// Returns the values of a body that arrives in chunks of a size, and why the rest is refused.
    fn split(mut splitter: JsonSplitter, body: &str, size: usize) -> (Vec<String>, Option<&'static str>) {
        let mut found = Vec::new();
        for chunk in body.as_bytes().chunks(size) {
            splitter.push(chunk);
            loop {
                match splitter.next() {
                    Ok(Some(value)) => found.push(String::from_utf8(value.to_vec()).expect("UTF-8")),
                    Ok(None) => break,
                    Err(NotAnArray(why)) => return (found, Some(why)),
                }
            }
        }
        let why = match splitter.rest() {
            Ok(rest) => {
                found.extend(rest.map(|value| String::from_utf8(value.to_vec()).expect("UTF-8")));
                None
            }
            Err(NotAnArray(why)) => Some(why),
        };
        (found, why)
    }

    #[test]
    fn values_are_split_independently_of_chunks() {
        let body = "{\"a\":\"}\\\"{\"}\n {\"b\":[{},{}]}{\"c\":1}\r\n\u{1e}[1]\n\"x\"\n1\n{\"d\":\n2}\ntail";
        let expected =
            ["{\"a\":\"}\\\"{\"}", "{\"b\":[{},{}]}", "{\"c\":1}", "[1]", "\"x\"\n", "1\n", "{\"d\":\n2}", "tail"];
        for size in 1..body.len() {
            let (found, why) = split(JsonSplitter::default(), body, size);
            assert_eq!((&found[..], why), (&expected.map(str::to_owned)[..], None), "chunks of {size}");
        }
    }

    #[test]
    fn values_of_an_array_are_split_independently_of_chunks() {
        for (body, expected, error) in [
            ("[]", &[][..], None),
            (" [ ] ", &[], None),
            (
                "[{\"a\":1},\n{\"b\":[1,2]} , 3,\"x,]\",null]",
                &["{\"a\":1}", "{\"b\":[1,2]}", "3", "\"x,]\"", "null"],
                None,
            ),
            ("{}{}", &["{}", "{}"], None),
            ("[{}", &["{}"], Some("the array has no end")),
            ("[{},", &["{}"], Some("the array has no end")),
            ("[{},]", &["{}"], Some("a value is missing")),
            ("[,{}]", &[], Some("a value is missing")),
            ("[{} {}]", &["{}"], Some("expected `,` or `]`")),
            ("[{}] {}", &["{}"], Some("something follows its end")),
        ] {
            for size in 1..=body.len() {
                let (found, why) = split(JsonSplitter::maybe_array(), body, size);
                assert_eq!(
                    (&found.iter().map(String::as_str).collect::<Vec<_>>()[..], why),
                    (expected, error),
                    "{body}"
                );
            }
        }
    }
}
