//! The descriptors of all that was generated, for reflection.

use std::fmt::Write as _;

use super::format::MARK;

/// A constant with a `FileDescriptorSet`.
pub(super) fn file(set: &[u8]) -> String {
    let mut literal = String::with_capacity(set.len() * 2);
    for byte in set {
        match byte {
            b'"' | b'\\' => literal.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => literal.push(char::from(*byte)),
            _ => write!(literal, "\\x{byte:02x}").unwrap_or_default(),
        }
    }
    format!(
        "{MARK}. Do not edit.\n\n\
         /// Every `.proto` that this was generated from and all that they import, as a `FileDescriptorSet`: what a\n\
         /// server answers to reflection.\n\
         pub const FILE_DESCRIPTOR_SET: &[u8] = b\"{literal}\";\n"
    )
}
