//! The values of options.

use crate::diagnostics::suggest;

/// Describes a value that an option does not know.
pub(super) fn unknown(option: &str, value: &str, known: &[&str]) -> (String, String) {
    let message = match value {
        "" => format!("option `{option}` has no value"),
        _ => format!("unknown value `{value}` for option `{option}`"),
    };
    (message, suggest::help(value, known, "the values are"))
}

/// Parses `true` or `false`; an option without a value is `true`.
pub(super) fn flag(name: &str, value: &str) -> Result<bool, (String, String)> {
    match value {
        "true" | "" => Ok(true),
        "false" => Ok(false),
        _ => Err(unknown(name, value, &["true", "false"])),
    }
}

/// Splits at commas that no backslash precedes.
pub(super) fn split(parameter: &str) -> Vec<String> {
    let marked = parameter.replace("\\,", "\u{0}");
    let parts = marked.split(',').map(|part| part.trim().replace('\u{0}', ","));
    parts.filter(|part| !part.is_empty()).collect()
}
