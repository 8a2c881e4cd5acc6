//! The description of a project to create.

use super::{
    manifest::{name::Name, runtime::Runtime},
    parts::Parts,
};
use crate::{
    options::{GivenOptions, Options},
    read::Input,
};

/// The description of a project to create.
#[derive(Debug)]
pub struct Order<'a> {
    /// The name of the package.
    pub name: Name,
    /// The source of the runtime.
    pub runtime: Runtime,
    /// The path of the project in its workspace, if it has one.
    pub member: Option<String>,
    /// The `.proto` files, compiled.
    pub input: &'a Input,
    /// The names of the files whose services the project serves. It calls the services of the other named files.
    pub served: &'a [String],
    /// The options of the generator, as the options file has them.
    pub given: &'a GivenOptions,
    /// The options of the generator, parsed.
    pub options: &'a Options,
    /// The optional parts.
    pub parts: &'a Parts,
    /// The templates of the files that the team owns.
    pub templates: &'a [Template],
}

/// A template of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The path of the file in the project.
    pub path: String,
    /// The text.
    pub source: String,
}
