//! What the syntax or the edition of a file says about its fields and enums.
//!
//! proto2 and proto3 are editions too, whose features cannot be changed but by keywords.

use crate::read::descriptor::{FeatureSet, FileDescriptor};

/// The features that hold for an element: its own over those of what it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) presence: Presence,
    /// Whether unknown numbers of an enum are refused.
    pub(super) is_closed: bool,
    /// Whether a list of numbers travels as one field.
    pub(super) is_packed: bool,
    /// Whether a message travels as a group.
    pub(super) is_delimited: bool,
}

/// How a field with a single value tells that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Explicit,
    /// By not being zero.
    Implicit,
    /// It must be there.
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
        };
        defaults.with(file.options.as_ref().and_then(|options| options.features.as_ref()))
    }

    /// These, changed by what an element says of its own.
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
        }
    }
}

/// Whether `value` is `yes`; `inherited` if it says nothing.
fn choose(value: i32, yes: i32, inherited: bool) -> bool {
    if value == 0 { inherited } else { value == yes }
}
