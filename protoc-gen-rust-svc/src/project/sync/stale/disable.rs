//! Disables code that a changed contract no longer has, by a line before it, so that no written code is lost.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, Stmt};

use crate::project::sync::target::{DISABLED, Target, function_named, is_disabling, parts};

/// Disables a function of an implementation. Returns `None` if the source has no such function.
pub(super) fn disable_method(source: &str, trait_name: &str, method: &str, reason: &str) -> Option<String> {
    let target = Target::Impl(trait_name);
    let is_it = |text: &String| declares(text, method) && !is_disabling(text);
    let index = parts(source, target)?.iter().position(is_it)?;
    disable(source, target, index, reason, above_all(source, method))
}

/// Disables a test function that uses something. Returns `None` if it does not.
pub(super) fn disable_function(
    source: &str,
    name: &str,
    reason: &str,
    uses: impl Fn(TokenStream) -> bool,
) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let function = function_named(&file, name)?;
    if !uses(function.block.to_token_stream()) {
        return None;
    }
    let is_it = |item: &Item| matches!(item, Item::Fn(other) if std::ptr::eq(other, function));
    let index = file.items.iter().position(is_it)?;
    disable(source, Target::File, index, reason, above_all(source, name))
}

/// Disables the statements of a function that use something, and those that need the variables of them. Returns `None` if there
/// are none.
pub(super) fn disable_statements(
    source: &str,
    function: &str,
    reason: &str,
    uses: impl Fn(TokenStream) -> bool,
) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let stale = stale(&function_named(&file, function)?.block.stmts, uses);
    let mut text = source.to_owned();
    for index in &stale {
        let lines: Vec<usize> = (0..text.lines().count()).collect();
        text = disable(&text, Target::Function(function), *index, reason, lines)?;
    }
    (!stale.is_empty()).then_some(text)
}

/// Returns whether tokens contain a name: a method that is called, a field, or a constant.
pub(in crate::project::sync) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Returns whether tokens contain a name that is not part of a path, as that of a variable.
fn reads(tokens: &TokenStream, name: &str) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let is_colon = |index: usize| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let is_in_path = |index: usize| {
        let follows = index > 1 && is_colon(index - 1) && is_colon(index - 2);
        follows || (is_colon(index + 1) && is_colon(index + 2))
    };
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Ident(ident) => ident == name && !is_in_path(index),
        TokenTree::Group(group) => reads(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The statements that use something, and those that need the variables of them.
fn stale(statements: &[Stmt], uses: impl Fn(TokenStream) -> bool) -> Vec<usize> {
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let (bound, read) = match statement {
            Stmt::Local(local) => {
                (names(local.pat.to_token_stream()), local.init.as_ref().map(|init| init.expr.to_token_stream()))
            }
            _ => (BTreeSet::new(), Some(statement.to_token_stream())),
        };
        let read = read.unwrap_or_default();
        let is_stale = uses(read.clone()) || missing.iter().any(|name| reads(&read, name));
        if is_disabling(&statement.to_token_stream().to_string()) {
            continue;
        }
        for name in bound {
            if is_stale {
                missing.insert(name)
            } else {
                missing.remove(&name)
            };
        }
        found.extend(is_stale.then_some(index));
    }
    found
}

/// The names in a pattern.
pub(super) fn names(pattern: TokenStream) -> BTreeSet<String> {
    let names = pattern.into_iter().flat_map(|token| match token {
        TokenTree::Ident(ident) => BTreeSet::from([ident.to_string()]),
        TokenTree::Group(group) => names(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => BTreeSet::new(),
    });
    names.filter(|name| name != "mut" && name != "ref").collect()
}

/// Inserts the attribute before the first of some lines, after which the parser finds the same parts, and one of them disabled.
pub(super) fn disable(
    source: &str,
    target: Target<'_>,
    index: usize,
    reason: &str,
    lines: Vec<usize>,
) -> Option<String> {
    let before = parts(source, target)?;
    lines.into_iter().find_map(|line| {
        let text = with_line(source, line, &format!("{DISABLED} // {reason}"))?;
        let mut after = parts(&text, target)?;
        let disabled = after.get(index).filter(|text| is_disabling(text))?;
        let without = disabled.split_once(']').map(|(_, rest)| rest.trim_start().to_owned())?;
        after[index] = without;
        (after == before).then_some(text)
    })
}

pub(super) fn with_line(source: &str, line: usize, added: &str) -> Option<String> {
    let lines: Vec<_> = source.split_inclusive('\n').collect();
    let indentation: String = lines.get(line)?.chars().take_while(|each| [' ', '\t'].contains(each)).collect();
    let is_blank = lines[line].trim().is_empty();
    (!is_blank).then(|| format!("{}{indentation}{added}\n{}", lines[..line].concat(), lines[line..].concat()))
}

/// The lines above the declarations of a function, and their own.
fn above_all(source: &str, name: &str) -> Vec<usize> {
    let declarations = source.lines().enumerate().filter(|(_, line)| declares(line, name));
    declarations.flat_map(|(declaration, _)| above(source, declaration)).collect()
}

/// The lines above a declaration without blank ones between, and its own, from the top.
fn above(source: &str, declaration: usize) -> Vec<usize> {
    let lines: Vec<_> = source.lines().collect();
    let first = lines[..declaration].iter().rposition(|line| line.trim().is_empty()).map_or(0, |blank| blank + 1);
    (first..=declaration).collect()
}

/// Returns whether a text declares a function of this name.
fn declares(text: &str, name: &str) -> bool {
    let after = text
        .match_indices("fn ")
        .filter_map(|(start, word)| text[start + word.len()..].trim_start().strip_prefix(name));
    after.into_iter().any(|rest| rest.trim_start().starts_with(['(', '<']))
}

#[cfg(test)]
mod tests {
    use super::{disable_function, disable_method, disable_statements, mentions};

    #[test]
    fn a_method_is_disabled_above_its_comments() {
        let source = "impl api::Shop for Mine {\n    fn one(&self) {\n        one(1);\n    }\n\n    /// Ours.\n    #[inline]\n    \
                      async fn two(&self) {}\n}\nfn two() {}\n";
        let text = disable_method(source, "Shop", "two", "gone").expect("a method");
        assert_eq!(text, source.replace("    /// Ours", "    #[cfg(false)] // gone\n    /// Ours"));
        assert_eq!(disable_method(&text, "Shop", "two", "gone"), None);
        assert_eq!(disable_method(source, "Shop", "three", "gone"), None);
    }

    #[test]
    fn a_path_does_not_read_a_variable() {
        let source = "fn server() -> Server {\n    let shop = one();\n    let other = shop::v1::two(a::shop, X { a: 1 });\n    \
                      Server { b: shop, other }\n}\n";
        let uses = |tokens: proc_macro2::TokenStream| mentions(tokens, "one");
        let text = disable_statements(source, "server", "gone", uses).expect("statements");
        let expected = ["    let shop", "    Server"]
            .iter()
            .fold(source.to_owned(), |text, line| text.replace(line, &format!("    #[cfg(false)] // gone\n{line}")));
        assert_eq!(text, expected);
    }

    #[test]
    fn statements_are_disabled_with_those_that_need_them() {
        let source = "async fn test() {\n    let a = service.one().await;\n    assert!(\n        a.is_ok()\n    );\n    \
                      let a = service.two().await;\n    check(ONE);\n    assert!(a.is_ok());\n}\n";
        let uses = |tokens: proc_macro2::TokenStream| ["one", "ONE"].iter().any(|name| mentions(tokens.clone(), name));
        let text = disable_statements(source, "test", "gone", uses).expect("statements");
        let expected = ["    let a = service.one()", "    assert!(\n", "    check(ONE)"]
            .iter()
            .fold(source.to_owned(), |text, line| text.replace(line, &format!("    #[cfg(false)] // gone\n{line}")));
        assert_eq!(text, expected);
        assert_eq!(disable_statements(&text, "test", "gone", uses), None);
        assert_eq!(
            disable_function(source, "test", "gone", |_| true),
            Some(format!("#[cfg(false)] // gone\n{source}"))
        );
        assert_eq!(disable_function(source, "test", "gone", |_| false), None);
    }
}
