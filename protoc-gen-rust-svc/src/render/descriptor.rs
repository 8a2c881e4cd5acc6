//! The descriptors of everything that was generated.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::code;

/// The maximum number of columns of a literal in a line.
const COLUMNS: usize = 91;

/// Returns the constant with a `FileDescriptorSet`, and the rules in it if there are any.
pub(super) fn items(set: &[u8], has_rules: bool) -> TokenStream {
    let literal = code(&literal(set));
    let rules = has_rules.then(rules);
    quote! {
        /// A `FileDescriptorSet` of all generated `.proto` files and their imports, for server reflection.
        pub const FILE_DESCRIPTOR_SET: &[u8] = #literal;

        #rules
    }
}

fn rules() -> TokenStream {
    quote! {
        /// The rules of `buf.validate` for requests. They need the feature `validate` of `rust-svc`.
        pub(super) static RULES: ::rust_svc::Rules = ::rust_svc::Rules::of(FILE_DESCRIPTOR_SET);
    }
}

/// Returns bytes as a literal of many lines.
fn literal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    text.push_str("b\"");
    let mut start = 0;
    for byte in bytes {
        let is_first = start == 0 || text.len() - start >= COLUMNS;
        if is_first {
            text.push_str("\\\n    ");
            start = text.len();
        }
        push(*byte, is_first, &mut text);
    }
    text.push('"');
    text
}

/// Adds a byte. The compiler skips spaces at the start of a line.
fn push(byte: u8, is_first: bool, text: &mut String) {
    match byte {
        b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
        b'!'..=b'~' => text.push(char::from(byte)),
        b' ' if !is_first => text.push(' '),
        _ => text.extend(['\\', 'x', hexadecimal(byte >> 4), hexadecimal(byte & 15)]),
    }
}

fn hexadecimal(digit: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(digit)])
}
