//! Which fields of a message are meant.

use std::fmt;

/// A set of field paths, as `google.protobuf.FieldMask`: which fields an update changes, or a read returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldMask {
    /// Paths by the names in the `.proto`, such as `address.street`.
    pub paths: Vec<String>,
}

impl FieldMask {
    /// A mask of these paths.
    pub fn new<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect() }
    }

    /// True if the mask names `path`, a field that it is part of, or everything (`*`).
    pub fn contains(&self, path: &str) -> bool {
        self.paths.iter().any(|own| own == "*" || covers(own, path))
    }

    /// True if the mask names no field.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

fn covers(own: &str, path: &str) -> bool {
    path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl fmt::Display for FieldMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.paths.join(","))
    }
}
