//! The numbers by which `SourceCodeInfo` names elements: those of the fields of `descriptor.proto`.

pub(super) const PACKAGE: i32 = 2;
pub(super) const MESSAGE: i32 = 4;
pub(super) const ENUM: i32 = 5;
pub(super) const SERVICE: i32 = 6;
pub(super) const EXTENSION: i32 = 7;
pub(super) const SYNTAX: i32 = 12;
pub(super) const EDITION: i32 = 14;

/// In an enum.
pub(super) const VALUE: i32 = 2;

/// In a service.
pub(super) const METHOD: i32 = 2;

/// In a message.
pub(super) mod message {
    pub(in super::super) const FIELD: i32 = 2;
    pub(in super::super) const MESSAGE: i32 = 3;
    pub(in super::super) const ENUM: i32 = 4;
    pub(in super::super) const EXTENSION: i32 = 6;
    pub(in super::super) const ONEOF: i32 = 8;
}
