//! Sets of fields.

use std::fmt;

/// A set of field paths: `google.protobuf.FieldMask`, the fields that an update changes, or a read returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldMask {
    /// The paths, by the names in the `.proto`, such as `address.street`.
    pub paths: Vec<String>,
}

impl FieldMask {
    /// Creates a mask of these paths.
    pub fn new<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect() }
    }

    /// Returns the paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Returns true if the mask has `path`, a field that it is part of, or all fields (`*`).
    pub fn contains(&self, path: &str) -> bool {
        self.paths.iter().any(|own| own == "*" || covers(own, path))
    }

    /// Returns true if the mask has no paths.
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
