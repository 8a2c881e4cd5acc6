//! What `google.api.field_behavior` says of fields.

use super::Field;

/// What `google.api.field_behavior` says of a field, as far as it can be kept without knowing what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behavior {
    /// It may be absent.
    pub optional: bool,
    /// It must be there, and not be empty.
    pub required: bool,
    /// The service sets it; what a request says of it is ignored, unless a path or a key names it.
    pub output_only: bool,
    /// Only requests hold it.
    pub input_only: bool,
}

impl Field {
    /// Whether it is REQUIRED, and not asked for because a message that has it would have no end.
    pub fn is_endless(&self) -> bool {
        self.behavior.required && !self.behavior.output_only && !self.required
    }

    /// Whether a request that holds it is read as if it did not: it is the service that sets it. What a path or a key
    /// names, a request does say.
    pub fn is_cleared(&self) -> bool {
        self.behavior.output_only && !self.is_named
    }
}
