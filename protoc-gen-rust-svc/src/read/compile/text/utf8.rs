//! Files that are not UTF-8. As protoc, the reader accepts such bytes in comments only.

use super::{super::error::FileError, lexer::comments};

/// Decodes a file, with replacement characters in comments. Fails if other bytes are invalid.
pub(in super::super) fn lossy(file: &str, bytes: &[u8]) -> Result<String, FileError> {
    let comments = comments(bytes);
    let mut offset = 0;
    for chunk in bytes.utf8_chunks() {
        offset += chunk.valid().len();
        let next = comments.partition_point(|range| range.end <= offset);
        let is_comment = comments.get(next).is_some_and(|range| range.contains(&offset));
        if !chunk.invalid().is_empty() && !is_comment {
            return Err(at(file, &bytes[..offset]));
        }
        offset += chunk.invalid().len();
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn at(file: &str, before: &[u8]) -> FileError {
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    FileError { file: file.to_owned(), line, column, message: "invalid UTF-8 outside a comment".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::lossy;

    #[test]
    fn comments_may_have_other_encodings() {
        assert_eq!(lossy("a.proto", b"// caf\xe9\nmessage A {}").expect("a comment"), "// caf\u{fffd}\nmessage A {}");
        assert!(lossy("a.proto", b"/* \xff */ message A {}").is_ok());
    }

    #[test]
    fn other_bytes_are_located() {
        let error = lossy("a.proto", b"// x\noption a = \"// \xe9\";").expect_err("a string");
        assert_eq!(format!("{error:?}"), "a.proto:2:16: invalid UTF-8 outside a comment");
    }
}
