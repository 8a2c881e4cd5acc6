//! The files of a project in memory.

use std::collections::BTreeMap;

/// The text of an error, as it is printed.
pub type Failure = Box<dyn std::error::Error>;

/// The content of each file, by its path in the project, with `/` between folders.
pub type ProjectFiles = BTreeMap<String, Vec<u8>>;

/// The folder of generated code in the project.
pub const GENERATED: &str = "src/generated";
