//! The texts of routes, looked up by segments that may be percent-encoded.

use std::cmp::Ordering;

use crate::path::decoded_bytes;

/// Values by the literals of routes. A lookup does not allocate.
#[derive(Debug)]
pub(super) struct LiteralMap<T>(Vec<(Box<str>, T)>);

impl<T> LiteralMap<T> {
    /// Returns the value of the literal that a valid segment of a path is, once decoded.
    pub(super) fn get(&self, segment: &str) -> Option<&T> {
        let found = match segment.bytes().any(|byte| byte == b'%') {
            false => self.0.binary_search_by(|(text, _)| (**text).cmp(segment)),
            true => self.0.binary_search_by(|(text, _)| text.bytes().cmp(decoded_bytes(segment))),
        };
        found.ok().map(|index| &self.0[index].1)
    }

    pub(super) fn get_or_insert_with(&mut self, text: &str, new: impl FnOnce() -> T) -> &mut T {
        let index = self.0.binary_search_by(|(own, _)| (**own).cmp(text)).unwrap_or_else(|index| {
            self.0.insert(index, (text.into(), new()));
            index
        });
        &mut self.0[index].1
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T> Default for LiteralMap<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Returns whether a valid segment of a path is this literal, once decoded.
pub(super) fn is_literal(literal: &str, segment: &str) -> bool {
    if segment.contains('%') {
        literal.bytes().cmp(decoded_bytes(segment)) == Ordering::Equal
    } else {
        literal == segment
    }
}

#[cfg(test)]
mod tests {
    use super::{LiteralMap, is_literal};

    #[test]
    fn literals_are_found_by_encoded_segments() {
        let mut map = LiteralMap::default();
        for (index, text) in ["b", "a", "caf\u{e9}", "a/b", "%41"].into_iter().enumerate() {
            assert_eq!(*map.get_or_insert_with(text, || index), index);
        }
        assert_eq!(*map.get_or_insert_with("a", || 9), 1);
        for (segment, found) in [
            ("a", Some(1)),
            ("%61", Some(1)),
            ("caf%C3%A9", Some(2)),
            ("caf%c3%a9", Some(2)),
            ("a%2Fb", Some(3)),
            ("%2541", Some(4)),
            ("A", None),
            ("caf%C3", None),
            ("caf%FF", None),
        ] {
            assert_eq!(map.get(segment).copied(), found, "{segment}");
        }
        assert!(is_literal("a", "%61") && is_literal("a", "a") && !is_literal("a", "%62") && !is_literal("%61", "%61"));
    }
}
