//! The error of reading and printing JSON.

use std::fmt::{self, Display};

use crate::Violation;

/// The most bytes of a caller's path that an error repeats.
const MAX_PATH: usize = 200;

/// The result of reading or writing JSON.
pub type JsonResult<T = ()> = Result<T, JsonError>;

/// The reason why a text is not the JSON of a message, or why a message has no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(Box<ErrorParts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct ErrorParts {
    field: String,
    message: String,
    has_field: bool,
}

impl JsonError {
    /// Creates the error of a field's value. [`JsonError::within`] adds the path.
    pub(super) fn value(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorParts { field: String::new(), message: message.into(), has_field: true }))
    }

    /// Creates the error of a text that is not JSON, for which no field is to blame.
    pub(super) fn syntax(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorParts { field: String::new(), message: message.into(), has_field: false }))
    }

    /// Adds the field or key that the error is in.
    pub(super) fn within(mut self, name: impl Display) -> Self {
        if self.0.has_field {
            let separator = if self.0.field.is_empty() || self.0.field.starts_with('[') { "" } else { "." };
            self.0.field = format!("{name}{separator}{}", self.0.field);
            shorten(&mut self.0.field);
        }
        self
    }

    /// Returns the path of the field by its proto names, such as `items[3].product_id`; empty if no field is to blame.
    pub fn field(&self) -> &str {
        &self.0.field
    }

    /// Returns the description of the problem, which never repeats a value.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

fn shorten(path: &mut String) {
    if path.len() > MAX_PATH {
        let end = (0..=MAX_PATH).rev().find(|&end| path.is_char_boundary(end)).unwrap_or(0);
        path.truncate(end);
        path.push('\u{2026}');
    }
}

impl Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field().is_empty() {
            f.write_str(self.message())
        } else {
            write!(f, "{}: {}", self.field(), self.message())
        }
    }
}

impl std::error::Error for JsonError {}

/// `INVALID_ARGUMENT`, with a violation where a field is to blame.
impl From<JsonError> for crate::Error {
    fn from(error: JsonError) -> Self {
        let all = Self::invalid_argument(error.to_string());
        match error.field() {
            "" => all,
            field => all.with_violations([Violation::new(field, error.message())]),
        }
    }
}
