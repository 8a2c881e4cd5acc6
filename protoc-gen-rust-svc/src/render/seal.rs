//! The first line of every file: that it is generated, from what, and a checksum of the rest.
//!
//! The checksum tells a file that somebody changed by hand from one that is out of date.

use std::borrow::Cow;

use super::format::MARK;

/// What a file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// It is as it was generated.
    Intact,
    /// It was changed since.
    Broken,
    /// It was not generated.
    Missing,
}

/// Adds the checksum of a text to its first line.
pub(super) fn seal(text: &mut String) {
    let end = text.find('\n').unwrap_or(text.len());
    let checksum = checksum(text.get(end + 1..).unwrap_or_default());
    text.insert_str(end, &format!(" {checksum}"));
}

/// Reads the first line of a text.
pub fn read(text: &str) -> Seal {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if !first.starts_with(MARK) {
        return Seal::Missing;
    }
    if first.trim_end().ends_with(&checksum(rest)) { Seal::Intact } else { Seal::Broken }
}

/// 64-bit FNV-1a, over lines, so that a checkout may change how they end.
pub(super) fn checksum(text: &str) -> String {
    let text = if text.contains('\r') { text.replace("\r\n", "\n").into() } else { Cow::Borrowed(text) };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = text.bytes().chain(end.bytes()).fold(0xcbf2_9ce4_8422_2325, add);
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::{MARK, Seal, read, seal};

    #[test]
    fn a_change_breaks_it() {
        let mut sealed = format!("{MARK}. Do not edit.\n\nfn a() {{}}\n");
        seal(&mut sealed);
        assert_eq!(read(&sealed), Seal::Intact);
        assert_eq!(read(&sealed.replace('\n', "\r\n")), Seal::Intact);
        assert_eq!(read(&sealed.replace("fn a", "fn b")), Seal::Broken);
        assert_eq!(read("fn a() {}\n"), Seal::Missing);
    }
}
