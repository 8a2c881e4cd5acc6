//! Features of fields and enums, by syntax or edition.
//!
//! proto2 and proto3 are treated as editions whose features only keywords can change.

use crate::read::descriptor::{FeatureSet, FileDescriptor};

/// The features of an element: its own over those of the outer element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) presence: Presence,
    /// Whether enums reject unknown numbers.
    pub(super) is_closed: bool,
    /// Whether repeated numbers are packed.
    pub(super) is_packed: bool,
    /// Whether messages are encoded as groups.
    pub(super) is_delimited: bool,
    /// Whether JSON names may collide (`LEGACY_BEST_EFFORT`).
    pub(super) has_loose_json: bool,
}

/// The presence of singular fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Explicit,
    /// Absent is the same as zero.
    Implicit,
    /// It must be present.
    Required,
}

impl Features {
    /// The features of a file.
    pub(super) fn of_file(file: &FileDescriptor) -> Self {
        let is_proto2 = file.syntax.is_empty() || file.syntax == "proto2";
        let defaults = Self {
            presence: if file.syntax == "proto3" { Presence::Implicit } else { Presence::Explicit },
            is_closed: is_proto2,
            is_packed: !is_proto2,
            is_delimited: false,
            has_loose_json: is_proto2,
        };
        defaults.with(file.options.as_ref().and_then(|options| options.features.as_ref()))
    }

    /// Overrides these with the features of an element.
    pub(super) fn with(self, own: Option<&FeatureSet>) -> Self {
        let Some(own) = own else { return self };
        Self {
            presence: match own.field_presence {
                1 => Presence::Explicit,
                2 => Presence::Implicit,
                3 => Presence::Required,
                _ => self.presence,
            },
            is_closed: choose(own.enum_type, 2, self.is_closed),
            is_packed: choose(own.repeated_field_encoding, 1, self.is_packed),
            is_delimited: choose(own.message_encoding, 2, self.is_delimited),
            has_loose_json: choose(own.json_format, 2, self.has_loose_json),
        }
    }
}

/// Whether `value` is `yes`; `inherited` if it is not set.
fn choose(value: i32, yes: i32, inherited: bool) -> bool {
    if value == 0 { inherited } else { value == yes }
}
