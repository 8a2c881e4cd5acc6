//! Appends code to a source file without changing any of its lines.

use quote::ToTokens;
use syn::{File, ImplItem, Item, ItemFn, ItemImpl, Type};

/// The end of an item, where code is appended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// The implementation of the trait with this name.
    Impl(&'a str),
    /// The function with this name.
    Function(&'a str),
}

/// Returns the parts of the target: the functions of an implementation, or the statements of a function. `None` if the file
/// has no such item, or several.
fn parts(source: &str, target: Target<'_>) -> Option<Vec<String>> {
    parts_of(&syn::parse_file(source).ok()?, target)
}

/// Returns the names of the functions of an implementation.
pub(super) fn functions(source: &str, trait_name: &str) -> Option<Vec<String>> {
    let file = syn::parse_file(source).ok()?;
    let names = impl_of(&file, trait_name)?.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    });
    Some(names.collect())
}

/// Returns whether a file has a function with this name.
pub(super) fn has_function(source: &str, name: &str) -> bool {
    syn::parse_file(source).is_ok_and(|file| function_of(&file, name).is_some())
}

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

fn parts_of(file: &File, target: Target<'_>) -> Option<Vec<String>> {
    match target {
        Target::Impl(name) => Some(texts(&impl_of(file, name)?.items)),
        Target::Function(name) => Some(texts(&function_of(file, name)?.block.stmts)),
    }
}

fn texts<T: ToTokens>(parts: &[T]) -> Vec<String> {
    parts.iter().map(|part| part.to_token_stream().to_string()).collect()
}

fn impl_of<'a>(file: &'a File, trait_name: &str) -> Option<&'a ItemImpl> {
    let mut found = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) => implements(item, trait_name).then_some(item),
        _ => None,
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn implements(item: &ItemImpl, trait_name: &str) -> bool {
    let of_trait = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    of_trait.is_some_and(|segment| segment.ident == trait_name) && matches!(*item.self_ty, Type::Path(_))
}

fn function_of<'a>(file: &'a File, name: &str) -> Option<&'a ItemFn> {
    file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Target, append, functions};

    const SOURCE: &str = "//! A service.\nuse x as y; // }\n\n#[a]\nimpl api::Shop for Mine {\n    fn one(&self) {\n        \
                          // keep   this\n        let s = \"}\";\n    }\n}\n\nimpl Other for Mine {}\n";

    #[test]
    fn lines_are_appended_to_the_implementation_and_nothing_else_changes() {
        let added = "    fn two(&self) {}\n";
        let text = append(SOURCE, Target::Impl("Shop"), added).expect("an implementation");
        assert_eq!(text, SOURCE.replace("    }\n}\n\nimpl Other", "    }\n    fn two(&self) {}\n}\n\nimpl Other"));
        assert_eq!(functions(&text, "Shop"), Some(vec!["one".to_owned(), "two".to_owned()]));
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
