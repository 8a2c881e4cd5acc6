//! The texts of routes, looked up by segments that may be percent-encoded.

use std::cmp::Ordering;

use crate::path::decoded_bytes;

/// Values by the literals of routes. A lookup does not allocate.
#[derive(Debug)]
pub(super) struct LiteralMap<T> {
    /// The hashes of the literals, sorted.
    hashes: Vec<u64>,
    /// The literals and their values, in the order of their hashes.
    entries: Vec<(Box<str>, T)>,
}

impl<T> LiteralMap<T> {
    /// Returns the value of the literal that a valid segment of a path is, once decoded.
    pub(super) fn get(&self, segment: &str) -> Option<&T> {
        let found = match segment.bytes().any(|byte| byte == b'%') {
            false => self.search(hash(segment.bytes()), |literal| literal == segment),
            true => self.search(hash(decoded_bytes(segment)), |literal| is_literal(literal, segment)),
        };
        let index = found.ok()?;
        Some(&self.entries[index].1)
    }

    pub(super) fn get_or_insert_with(&mut self, text: &str, new: impl FnOnce() -> T) -> &mut T {
        let hash = hash(text.bytes());
        let index = self.search(hash, |literal| literal == text).unwrap_or_else(|index| {
            self.hashes.insert(index, hash);
            self.entries.insert(index, (text.into(), new()));
            index
        });
        &mut self.entries[index].1
    }

    /// Returns the position of a literal with this hash, or else the one where it would be.
    fn search(&self, hash: u64, is_wanted: impl Fn(&str) -> bool) -> Result<usize, usize> {
        let start = self.hashes.partition_point(|own| *own < hash);
        let same = self.hashes[start..].iter().take_while(|own| **own == hash).count();
        let found = (start..start + same).find(|index| is_wanted(&self.entries[*index].0));
        found.ok_or(start)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Hashes by FNV-1a. Only routes add literals, so that callers cannot make lookups slow.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl<T> Default for LiteralMap<T> {
    fn default() -> Self {
        Self { hashes: Vec::new(), entries: Vec::new() }
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
