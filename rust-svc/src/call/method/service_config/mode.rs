//! The rules by which a document is read.

use super::{
    fields::{ObjectFields, invalid},
    invalid::Parsed,
};

/// The rules by which a document is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Those of gRFC A6. Unknown fields and duplicate names are errors.
    Strict,
    /// Those of Google's client libraries.
    Gapic,
}

impl Mode {
    /// Reports fields that the format does not have.
    pub(super) fn check(self, fields: &ObjectFields<'_>, known: &[&str], warnings: &mut Vec<String>) -> Parsed<()> {
        let Some((position, name)) = fields.unknown(known) else { return Ok(()) };
        let error = invalid(position, format!("unknown field `{name}`"), &format!("use {}", known.join(", ")));
        match self {
            Self::Strict => return Err(error),
            Self::Gapic => warnings.push(error.to_string()),
        }
        Ok(())
    }
}
