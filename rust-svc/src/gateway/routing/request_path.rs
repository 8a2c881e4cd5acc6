//! The path of a request.

use std::ops::Range;

use crate::path::is_percent_encoded;

/// The path of a request, still percent-encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestPath<'p> {
    pub(super) segments: PathSegments<'p>,
    /// Whether a slash ends the path, behind which `**` may match nothing.
    pub(super) ends_with_slash: bool,
}

/// Segments with slashes between them; an empty text has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathSegments<'p>(pub(in crate::gateway) &'p str);

/// The reason why no route can have a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    /// A segment is empty, or there is no leading slash.
    NotFound,
    /// A `%` without two hexadecimal digits.
    Malformed,
}

impl<'p> RequestPath<'p> {
    pub(crate) fn parse(path: &'p str) -> Result<Self, PathError> {
        let rest = path.strip_prefix('/').ok_or(PathError::NotFound)?;
        if !is_percent_encoded(rest) {
            return Err(PathError::Malformed);
        }
        let (inner, ends_with_slash) = rest.strip_suffix('/').map_or((rest, false), |inner| (inner, true));
        let is_root = inner.is_empty() && !ends_with_slash;
        let has_empty = !is_root && has_empty_segment(inner.as_bytes());
        if has_empty { Err(PathError::NotFound) } else { Ok(Self { segments: PathSegments(inner), ends_with_slash }) }
    }

    /// Returns the path without the slash that ends it, if it ends with one.
    pub(crate) fn without_slash(self) -> Option<Self> {
        self.ends_with_slash.then_some(Self { ends_with_slash: false, ..self })
    }
}

/// Returns whether a slash begins or ends the path, or follows another, or the path is empty.
fn has_empty_segment(path: &[u8]) -> bool {
    let mut is_behind_slash = true;
    for byte in path {
        let is_slash = *byte == b'/';
        if is_slash && is_behind_slash {
            return true;
        }
        is_behind_slash = is_slash;
    }
    is_behind_slash
}

impl<'p> PathSegments<'p> {
    pub(crate) fn count(self) -> usize {
        if self.0.is_empty() { 0 } else { 1 + self.0.bytes().filter(|byte| *byte == b'/').count() }
    }

    /// Returns the text of some of the segments, with the slashes between them.
    pub(crate) fn range(self, range: Range<usize>) -> &'p str {
        let end = self.offset(range.end).saturating_sub(1);
        self.0.get(self.offset(range.start)..end).unwrap_or_default()
    }

    /// Returns where a segment begins.
    fn offset(self, index: usize) -> usize {
        let slashes = || self.0.bytes().enumerate().filter(|(_, byte)| *byte == b'/');
        let slash = |index: usize| slashes().nth(index).map_or(self.0.len(), |(slash, _)| slash);
        index.checked_sub(1).map_or(0, |before| slash(before) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{PathError, PathSegments, RequestPath};

    #[test]
    fn paths_with_empty_segments_or_bad_escapes_are_refused() {
        for (path, why) in [
            ("", PathError::NotFound),
            ("*", PathError::NotFound),
            ("v1", PathError::NotFound),
            ("//", PathError::NotFound),
            ("/v1//", PathError::NotFound),
            ("/v1//a", PathError::NotFound),
            ("/v1/%", PathError::Malformed),
            ("/v1/%zz", PathError::Malformed),
            ("/v1/%4", PathError::Malformed),
        ] {
            assert_eq!(RequestPath::parse(path).expect_err(path), why, "{path}");
        }
    }

    #[test]
    fn segments_are_counted_and_cut_out() {
        let segments = PathSegments("a/bc/d");
        assert_eq!((segments.count(), PathSegments("").count(), PathSegments("a").count()), (3, 0, 1));
        for (range, text) in [(0..1, "a"), (0..3, "a/bc/d"), (1..3, "bc/d"), (2..3, "d"), (1..1, ""), (3..3, "")] {
            assert_eq!(segments.range(range.clone()), text, "{range:?}");
        }
        assert_eq!(PathSegments("").range(0..0), "");
    }
}
