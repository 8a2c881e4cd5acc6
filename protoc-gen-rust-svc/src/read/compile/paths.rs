//! Paths to the elements of a file, and their positions.

use prost_types::FileDescriptorProto;

use crate::diagnostics::Position;

/// The field numbers on the path to an element.
pub(super) const FILE_DEPENDENCY: i32 = 3;
pub(super) const FILE_MESSAGE: i32 = 4;
pub(super) const FILE_ENUM: i32 = 5;
pub(super) const FILE_SERVICE: i32 = 6;
pub(super) const FILE_EXTENSION: i32 = 7;
pub(super) const FILE_OPTIONS: i32 = 8;
pub(super) const MESSAGE_FIELD: i32 = 2;
pub(super) const MESSAGE_NESTED: i32 = 3;
pub(super) const MESSAGE_ENUM: i32 = 4;
pub(super) const MESSAGE_EXTENSION_RANGE: i32 = 5;
pub(super) const MESSAGE_EXTENSION: i32 = 6;
pub(super) const MESSAGE_OPTIONS: i32 = 7;
pub(super) const MESSAGE_ONEOF: i32 = 8;
pub(super) const MESSAGE_RESERVED: i32 = 9;
pub(super) const MESSAGE_RESERVED_NAME: i32 = 10;
pub(super) const FIELD_OPTIONS: i32 = 8;
pub(super) const ONEOF_OPTIONS: i32 = 2;
pub(super) const RANGE_OPTIONS: i32 = 3;
pub(super) const ENUM_VALUE: i32 = 2;
pub(super) const ENUM_OPTIONS: i32 = 3;
pub(super) const ENUM_RESERVED: i32 = 4;
pub(super) const ENUM_RESERVED_NAME: i32 = 5;
pub(super) const VALUE_OPTIONS: i32 = 3;
pub(super) const SERVICE_METHOD: i32 = 2;
pub(super) const SERVICE_OPTIONS: i32 = 3;
pub(super) const METHOD_REQUEST: i32 = 2;
pub(super) const METHOD_RESPONSE: i32 = 3;
pub(super) const METHOD_OPTIONS: i32 = 4;
pub(super) const UNINTERPRETED: i32 = 999;

/// The index of an element, as paths have it.
pub(super) fn index(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

/// The position of an element, or of the innermost outer element that has one.
pub(super) fn position(file: &FileDescriptorProto, path: &[i32]) -> Position {
    let locations = || file.source_code_info.iter().flat_map(|info| &info.location);
    let found = (1..=path.len()).rev().find_map(|length| locations().find(|location| location.path == path[..length]));
    let number =
        |index: usize| found.and_then(|found| found.span.get(index)).map_or(0, |number| number.cast_unsigned() + 1);
    Position { file: file.name().to_owned(), line: number(0), column: number(1) }
}
