//! Positions in compiled files.

use prost_types::FileDescriptorProto;

use crate::diagnostics::Position;

/// The position of an element, or of the innermost outer element that has one.
pub(super) fn position(file: &FileDescriptorProto, path: &[i32]) -> Position {
    let locations = || file.source_code_info.iter().flat_map(|info| &info.location);
    let found = (1..=path.len()).rev().find_map(|length| locations().find(|location| location.path == path[..length]));
    let number =
        |index: usize| found.and_then(|found| found.span.get(index)).map_or(0, |number| number.cast_unsigned() + 1);
    Position { file: file.name().to_owned(), line: number(0), column: number(1) }
}
