//! Appends code to a source file without changing any of its lines.

use super::target::{Target, parts};

/// Appends lines to the target. Of all places before a `}`, it takes the one after which the parser finds the same parts, and
/// then those that were added. `None` if there is none.
pub(super) fn append(source: &str, target: Target<'_>, lines: &str) -> Option<String> {
    let before = parts(source, target)?;
    let braces = source.rmatch_indices('}').map(|(brace, _)| insert(source, brace, lines));
    braces.into_iter().find(|text| {
        let after = parts(text, target);
        after.is_some_and(|after| after.len() > before.len() && after.starts_with(&before))
    })
}

/// Inserts lines before the line of a brace, or before the brace if something precedes it on its line.
fn insert(source: &str, brace: usize, lines: &str) -> String {
    let start = source[..brace].rfind('\n').map_or(0, |newline| newline + 1);
    let is_alone = source[start..brace].trim().is_empty();
    let (place, separator) = if is_alone { (start, "") } else { (brace, "\n") };
    format!("{}{separator}{lines}{}", &source[..place], &source[place..])
}

#[cfg(test)]
mod tests {
    use super::{Target, append};

    const SOURCE: &str = "//! A service.\nuse x as y; // }\n\n#[a]\nimpl api::Shop for Mine {\n    fn one(&self) {\n        \
                          // keep   this\n        let s = \"}\";\n    }\n}\n\nimpl Other for Mine {}\n";

    #[test]
    fn lines_are_appended_to_the_implementation_and_nothing_else_changes() {
        let added = "    fn two(&self) {}\n";
        let text = append(SOURCE, Target::Impl("Shop"), added).expect("an implementation");
        assert_eq!(text, SOURCE.replace("    }\n}\n\nimpl Other", "    }\n    fn two(&self) {}\n}\n\nimpl Other"));
        let empty = append(SOURCE, Target::Impl("Other"), added).expect("an implementation");
        assert_eq!(empty, SOURCE.replace("Mine {}\n", "Mine {\n    fn two(&self) {}\n}\n"));
    }

    #[test]
    fn statements_are_appended_to_the_function() {
        let source = "#[test]\nfn a() {\n    if x {\n        y();\n    }\n}\nfn b() {}\n";
        let text = append(source, Target::Function("a"), "    z();\n").expect("a function");
        assert_eq!(text, source.replace("    }\n}\n", "    }\n    z();\n}\n"));
    }

    #[test]
    fn a_target_that_is_missing_or_ambiguous_is_left_alone() {
        assert_eq!(append(SOURCE, Target::Impl("Missing"), "fn a() {}\n"), None);
        assert_eq!(
            append(&SOURCE.repeat(2).replace("//! A service.\n", ""), Target::Impl("Shop"), "fn a() {}\n"),
            None
        );
        assert_eq!(append(SOURCE, Target::Impl("Shop"), "    not Rust\n"), None);
        assert_eq!(append("fn broken(", Target::Function("broken"), "x();\n"), None);
    }
}
