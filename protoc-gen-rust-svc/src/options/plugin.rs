//! The options of a plugin, which protoc or buf runs in a folder.

use std::path::{Path, PathBuf};

use super::{file::OptionsFile, given::GivenOptions, parse::Options};
use crate::diagnostics::{Diagnostics, lints::Level};

/// Parses the parameter of a plugin, and the options file in the current directory or in `config=FILE`. The parameter takes
/// precedence. Returns the directories to look up files in, too.
pub fn of_plugin(parameter: &str, diagnostics: &mut Diagnostics) -> (Options, Vec<PathBuf>) {
    let (config, given) = GivenOptions::from_parameter(parameter).split_config();
    let file = match config.as_deref() {
        Some(path) => OptionsFile::read(Path::new(path)),
        None => OptionsFile::in_folder(Path::new("")),
    };
    let file = file.unwrap_or_else(|problem| {
        diagnostics.report(problem, Level::Deny);
        OptionsFile::default()
    });
    (Options::from_given(&file.options.overridden_by(given), diagnostics), file.proto_path)
}
