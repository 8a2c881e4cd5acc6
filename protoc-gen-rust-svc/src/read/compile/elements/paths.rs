//! The numbers on the paths to the elements of a file.

/// The field numbers on the path to an element.
pub(in super::super) const FILE_DEPENDENCY: i32 = 3;
pub(in super::super) const FILE_MESSAGE: i32 = 4;
pub(in super::super) const FILE_ENUM: i32 = 5;
pub(in super::super) const FILE_SERVICE: i32 = 6;
pub(in super::super) const FILE_EXTENSION: i32 = 7;
pub(in super::super) const FILE_OPTIONS: i32 = 8;
pub(in super::super) const MESSAGE_FIELD: i32 = 2;
pub(in super::super) const MESSAGE_NESTED: i32 = 3;
pub(in super::super) const MESSAGE_ENUM: i32 = 4;
pub(in super::super) const MESSAGE_EXTENSION_RANGE: i32 = 5;
pub(in super::super) const MESSAGE_EXTENSION: i32 = 6;
pub(in super::super) const MESSAGE_OPTIONS: i32 = 7;
pub(in super::super) const MESSAGE_ONEOF: i32 = 8;
pub(in super::super) const MESSAGE_RESERVED: i32 = 9;
pub(in super::super) const MESSAGE_RESERVED_NAME: i32 = 10;
pub(in super::super) const FIELD_OPTIONS: i32 = 8;
pub(in super::super) const ONEOF_OPTIONS: i32 = 2;
pub(in super::super) const RANGE_OPTIONS: i32 = 3;
pub(in super::super) const ENUM_VALUE: i32 = 2;
pub(in super::super) const ENUM_OPTIONS: i32 = 3;
pub(in super::super) const ENUM_RESERVED: i32 = 4;
pub(in super::super) const ENUM_RESERVED_NAME: i32 = 5;
pub(in super::super) const VALUE_OPTIONS: i32 = 3;
pub(in super::super) const SERVICE_METHOD: i32 = 2;
pub(in super::super) const SERVICE_OPTIONS: i32 = 3;
pub(in super::super) const METHOD_REQUEST: i32 = 2;
pub(in super::super) const METHOD_RESPONSE: i32 = 3;
pub(in super::super) const METHOD_OPTIONS: i32 = 4;
pub(in super::super) const UNINTERPRETED: i32 = 999;

/// The index of an element, as paths have it.
pub(in super::super) fn index(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
