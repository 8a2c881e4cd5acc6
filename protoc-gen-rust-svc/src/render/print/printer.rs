//! From the syntax tree of a file to its text.

use syn::{Attribute, File, ImplItem, Item, TraitItem};

use super::wrap::DocWrapper;
use crate::render::{checksum, tokens::comment_attribute};

/// Prints a file, with a header, and with blank lines between items and between functions.
pub(in super::super) fn print(mut file: File) -> String {
    let has_head = !file.attrs.is_empty();
    separate_items(&mut file.items, has_head);
    let body = lines(&prettyplease::unparse(&file));
    checksum::header(&body) + &body
}

/// Turns empty comments into blank lines and wraps long lines of documentation.
fn lines(text: &str) -> String {
    let mut body = String::with_capacity(text.len() + text.len() / 16);
    let mut docs = DocWrapper::default();
    body.push('\n');
    for line in text.lines() {
        match line.trim_start() {
            "//" => body.push('\n'),
            rest if rest.starts_with("///") || rest.starts_with("//!") => docs.push(line, &mut body),
            _ => {
                docs = DocWrapper::default();
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    body
}

/// Puts an empty comment above each item that a blank line separates from the one before.
fn separate_items(items: &mut [Item], has_head: bool) {
    items.iter_mut().for_each(separate_members);
    let groups: Vec<_> = items.iter().map(group).collect();
    for (index, item) in items.iter_mut().enumerate() {
        let is_first = index == 0;
        let is_grouped = !is_first && groups[index] != Group::Alone && groups[index - 1] == groups[index];
        if let Some(attributes) = attributes(item).filter(|_| !is_grouped && (!is_first || has_head)) {
            attributes.insert(0, comment_attribute(""));
        }
    }
}

/// Items of one group follow each other without a blank line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Imports,
    Exports,
    Modules,
    Alone,
}

fn group(item: &Item) -> Group {
    match item {
        Item::Use(item) if item.leading_colon.is_some() => Group::Alone,
        Item::Use(item) if matches!(item.vis, syn::Visibility::Inherited) => Group::Imports,
        Item::Use(_) => Group::Exports,
        Item::Mod(item) if item.content.is_none() => Group::Modules,
        _ => Group::Alone,
    }
}

fn separate_members(item: &mut Item) {
    match item {
        Item::Mod(item) => {
            if let Some((_, items)) = &mut item.content {
                separate_items(items, false);
            }
        }
        Item::Impl(item) => {
            let functions = item.items.iter_mut().skip(1).filter_map(|item| match item {
                ImplItem::Fn(function) => Some(&mut function.attrs),
                _ => None,
            });
            functions.for_each(separate);
        }
        Item::Trait(item) => {
            let functions = item.items.iter_mut().skip(1).filter_map(|item| match item {
                TraitItem::Fn(function) => Some(&mut function.attrs),
                _ => None,
            });
            functions.for_each(separate);
        }
        _ => (),
    }
}

fn separate(attributes: &mut Vec<Attribute>) {
    attributes.insert(0, comment_attribute(""));
}

fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::print;

    #[track_caller]
    fn check(code: &str, expected: &str) {
        let printed = print(syn::parse_file(code).expect("Rust"));
        let (_, body) = printed.split_once("\n\n").expect("a header and a body");
        assert_eq!(body, expected);
    }

    #[test]
    fn blank_lines_separate_items_and_functions() {
        check(
            "//! A file.\nuse a::b; use c; mod d; mod e; struct F; impl F { const G: u8 = 1; fn h() {} fn i() {} }",
            "//! A file.\n\nuse a::b;\nuse c;\n\nmod d;\nmod e;\n\nstruct F;\n\n\
             impl F {\n    const G: u8 = 1;\n\n    fn h() {}\n\n    fn i() {}\n}\n",
        );
    }

    #[test]
    fn items_of_a_module_are_separated() {
        check(
            "mod a { /// Text.\n pub struct B; /// More.\n pub struct C; }",
            "mod a {\n    /// Text.\n    pub struct B;\n\n    /// More.\n    pub struct C;\n}\n",
        );
    }
}
