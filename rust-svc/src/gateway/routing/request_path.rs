//! The path of a request.

use crate::path::percent_decode;

/// The path of a request, without its slashes, still percent-encoded.
#[derive(Debug)]
pub(crate) struct RequestPath<'p> {
    pub(super) segments: Vec<&'p str>,
    /// Whether a slash ends the path, behind which `**` may match nothing.
    pub(super) ends_with_slash: bool,
}

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
        if percent_decode(rest, |_| false).is_none() {
            return Err(PathError::Malformed);
        }
        let (inner, ends_with_slash) = rest.strip_suffix('/').map_or((rest, false), |inner| (inner, true));
        let segments: Vec<_> =
            if inner.is_empty() && !ends_with_slash { Vec::new() } else { inner.split('/').collect() };
        let has_empty = segments.iter().any(|segment| segment.is_empty());
        if has_empty { Err(PathError::NotFound) } else { Ok(Self { segments, ends_with_slash }) }
    }

    /// Returns the path without the slash that ends it, if it ends with one.
    pub(crate) fn without_slash(&self) -> Option<Self> {
        self.ends_with_slash.then(|| Self { segments: self.segments.clone(), ends_with_slash: false })
    }
}

#[cfg(test)]
mod tests {
    use super::{PathError, RequestPath};

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
}
