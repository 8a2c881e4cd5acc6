//! The descriptors of all that was generated, for reflection.

use super::format::MARK;

/// A constant with a `FileDescriptorSet`, and the rules in it if there are some.
pub(super) fn file(set: &[u8], has_rules: bool) -> String {
    let mut literal = String::with_capacity(set.len() * 2);
    for byte in set {
        match byte {
            b'"' | b'\\' => literal.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => literal.push(char::from(*byte)),
            _ => literal.extend(['\\', 'x', hexadecimal(byte >> 4), hexadecimal(byte & 15)]),
        }
    }
    format!(
        "{MARK}. Do not edit.\n\n\
         /// Every `.proto` that this was generated from and all that they import, as a `FileDescriptorSet`: what a\n\
         /// server answers to reflection.\n\
         pub const FILE_DESCRIPTOR_SET: &[u8] = b\"{literal}\";\n{}",
        if has_rules { RULES } else { "" }
    )
}

fn hexadecimal(digit: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(digit)])
}

/// The comment is what a compiler shows where the runtime lacks the feature.
const RULES: &str = "
/// The rules of `buf.validate`, by which requests are checked.
pub(super) static RULES: ::rust_svc::Rules = ::rust_svc::Rules::of(FILE_DESCRIPTOR_SET); // needs `features = [\"validate\"]` of rust-svc
";
