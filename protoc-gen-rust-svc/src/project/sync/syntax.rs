//! Source files that cannot be parsed.

use std::collections::BTreeMap;

use crate::project::Failure;

/// Fails if a source file has a syntax error: a service in it would look as if it had no implementation.
pub(super) fn check_syntax(sources: &BTreeMap<String, String>) -> Result<(), Failure> {
    let code = sources.iter().filter(|(path, _)| path.starts_with("src/"));
    match code.filter_map(|(path, source)| Some((path, syn::parse_file(source).err()?))).next() {
        None => Ok(()),
        Some((path, error)) => {
            let help = "correct it first, by the errors of `cargo check`; nothing was changed";
            Err(format!("{path}: error: not valid Rust: {error}\n  help: {help}").into())
        }
    }
}
