//! Disables items and whole files.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Attribute, File, Item, ItemFn};

use super::disable::{disable, disable_function};
use crate::project::sync::target::{DISABLED, Target, function_named, is_disabled, is_disabling};

/// Disables a test that uses something, and the file if it has no other test. Returns `None` if there is no such test. Functions that
/// tests call are kept.
pub(super) fn disable_test(
    source: &str,
    name: &str,
    reason: &str,
    uses: impl Fn(TokenStream) -> bool,
) -> Option<String> {
    active_functions(source).iter().find(|function| function.sig.ident == name && is_test(&function.attrs))?;
    let disabled = disable_function(source, name, reason, uses)?;
    let has_others = active_functions(&disabled).iter().any(|function| is_test(&function.attrs));
    if has_others { Some(disabled) } else { disable_file(source, reason) }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "test"))
}

/// Disables a whole file, below the comment at its start. Returns `None` if it is disabled, or has a syntax error.
pub(super) fn disable_file(source: &str, reason: &str) -> Option<String> {
    if is_file_disabled(&syn::parse_file(source).ok()?) {
        return None;
    }
    let is_comment = |line: &&str| line.starts_with("//!");
    let head: String = source.split_inclusive('\n').take_while(is_comment).collect();
    let attribute = DISABLED.replacen('#', "#!", 1);
    let (blank, rest) = if head.is_empty() { ("", "\n") } else { ("\n", "") };
    let text = format!("{head}{blank}{attribute} // {reason}\n{rest}{}", &source[head.len()..]);
    syn::parse_file(&text).is_ok_and(|file| is_file_disabled(&file)).then_some(text)
}

/// Returns whether a file is disabled as a whole.
pub(in crate::project::sync) fn is_file_disabled(file: &File) -> bool {
    is_disabled(&file.attrs)
}

/// Returns the functions of a file that are not disabled.
pub(in crate::project::sync) fn active_functions(source: &str) -> Vec<ItemFn> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    if is_file_disabled(&file) {
        return Vec::new();
    }
    let functions = file.items.into_iter().filter_map(|item| match item {
        Item::Fn(function) => (!is_disabled(&function.attrs)).then_some(function),
        _ => None,
    });
    functions.collect()
}

/// Disables the items of a file that meet a condition. Returns `None` if there are none.
pub(super) fn disable_items(source: &str, reason: &str, is_stale: impl Fn(&Item) -> bool) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let is_active = |item: &Item| !is_disabling(&item.to_token_stream().to_string());
    let stale = file.items.iter().enumerate().filter(|(_, item)| is_active(item) && is_stale(item));
    let stale: Vec<_> = stale.map(|(index, _)| index).collect();
    let mut text = source.to_owned();
    for index in &stale {
        let lines = (0..text.lines().count()).collect();
        text = disable(&text, Target::File, *index, reason, lines)?;
    }
    (!stale.is_empty()).then_some(text)
}

/// Disables all of a program, and gives it an empty `main`. Returns `None` if it has no `main`.
pub(super) fn disable_program(source: &str, reason: &str) -> Option<String> {
    function_named(&syn::parse_file(source).ok()?, "main")?;
    Some(format!("{}\nfn main() {{}}\n", disable_items(source, reason, |_| true)?))
}

#[cfg(test)]
mod tests {
    use super::{disable_file, disable_items, disable_program, disable_test};

    #[test]
    fn the_last_test_disables_its_file() {
        let source = "//! Tests.\n\nuse a::b;\n\n#[test]\nfn one() {\n    b();\n}\n";
        let expected = source.replace("//! Tests.\n", "//! Tests.\n\n#![cfg(false)] // gone\n");
        assert_eq!(disable_test(source, "one", "gone", |_| true), Some(expected.clone()));
        assert_eq!(disable_file(&expected, "gone"), None);
        let two = source.to_owned() + "\n#[test]\nfn two() {}\n";
        let expected = two.replace("#[test]\nfn one", "#[cfg(false)] // gone\n#[test]\nfn one");
        assert_eq!(disable_test(&two, "one", "gone", |_| true), Some(expected));
        assert_eq!(disable_test(&two.replace("#[test]\n", ""), "one", "gone", |_| true), None);
        assert_eq!(disable_file("use a;\n", "gone").as_deref(), Some("#![cfg(false)] // gone\n\nuse a;\n"));
    }

    #[test]
    fn programs_and_items_are_disabled() {
        let source = "//! A program.\n\nuse a;\n\nfn main() {\n    a();\n}\n";
        let expected = "//! A program.\n\n#[cfg(false)] // gone\nuse a;\n\n#[cfg(false)] // gone\nfn main() {\n    a();\n}\n\nfn main() {}\n";
        assert_eq!(disable_program(source, "gone").as_deref(), Some(expected));
        let is_use = |item: &syn::Item| matches!(item, syn::Item::Use(_));
        assert_eq!(
            disable_items(source, "gone", is_use),
            Some(source.replace("use a", "#[cfg(false)] // gone\nuse a"))
        );
        assert_eq!(disable_items(source, "gone", |_| false), None);
    }
}
