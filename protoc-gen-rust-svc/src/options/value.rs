//! The values of options.

use crate::diagnostics::suggest;

/// Describes a value that an option does not know.
pub(super) fn unknown(option: &str, value: &str, known: &[&str]) -> (String, String) {
    (format!("{option}= does not know {value:?}"), suggest::help(value, known, "it knows"))
}

/// An option that is on or off; on if it is only named.
pub(super) fn flag(name: &str, value: &str) -> Result<bool, (String, String)> {
    match value {
        "true" | "" => Ok(true),
        "false" => Ok(false),
        _ => Err(unknown(name, value, &["true", "false"])),
    }
}

/// Splits at commas, except those behind a backslash.
pub(super) fn split(parameter: &str) -> Vec<String> {
    let marked = parameter.replace("\\,", "\u{0}");
    let parts = marked.split(',').map(|part| part.trim().replace('\u{0}', ","));
    parts.filter(|part| !part.is_empty()).collect()
}
