//! Options of `-inf` and `-nan`, which the parser rejects: it reads them as names, which are replaced afterwards.

use std::borrow::Cow;

use prost_types::UninterpretedOption;

use super::code;

/// Replaces the sign of `= -inf` and `= -nan` by an underscore. Defaults of fields may have it.
pub(in super::super) fn mask_signs(text: &str) -> Cow<'_, str> {
    if !text.contains("-inf") && !text.contains("-nan") {
        return text.into();
    }
    let mut masked = text.to_owned();
    for tokens in code(text).windows(4) {
        let [(_, name), (_, "="), (sign, "-"), (word, "inf" | "nan")] = *tokens else { continue };
        if name != "default" && sign + 1 == word {
            masked.replace_range(sign..word, "_");
        }
    }
    masked.into()
}

/// Restores a value that was masked.
pub(in super::super) fn unmask_signs(option: &mut UninterpretedOption) {
    let value = match option.identifier_value.as_deref() {
        Some("_inf") => f64::NEG_INFINITY,
        Some("_nan") => -f64::NAN,
        _ => return,
    };
    option.identifier_value = None;
    option.double_value = Some(value);
}

#[cfg(test)]
mod tests {
    use super::mask_signs;

    #[test]
    fn only_options_are_masked() {
        for (text, masked) in [
            ("option (a) = -inf;", "option (a) = _inf;"),
            ("[default = -inf, (a).b = -nan]", "[default = -inf, (a).b = _nan]"),
            ("option (a) = {b: -inf}; // = -inf", "option (a) = {b: -inf}; // = -inf"),
            ("option (a) = \"x = -inf\";", "option (a) = \"x = -inf\";"),
        ] {
            assert_eq!(mask_signs(text), masked);
        }
    }
}
