//! Errors of the text of a file, before it is parsed.

use std::{error::Error, fmt};

/// An error in a file. The debug format is that of errors of the parser, `file:line:column: message`.
pub(in super::super) struct FileError {
    pub(in super::super) file: String,
    pub(in super::super) line: usize,
    pub(in super::super) column: usize,
    pub(in super::super) message: String,
}

impl FileError {
    /// An error of the file as a whole.
    pub(in super::super) fn unlocated(file: &str, message: String) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, message }
    }
}

impl fmt::Debug for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {self}", self.file, self.line, self.column)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for FileError {}
