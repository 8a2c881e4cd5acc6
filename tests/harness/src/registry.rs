//! The types of a printed tree, as a program that hands them to the round trips.
//!
//! It reads the text as it is printed, so that nothing in production has to list types for the sake of tests.

use std::{collections::BTreeMap, fmt::Write as _};

/// A function `name` that gives the `harness::roundtrip::Tree` of a tree that is the module `root`; `None` if it has no
/// descriptors.
pub fn registry(name: &str, root: &str, files: &BTreeMap<String, String>) -> Option<String> {
    files.get("descriptor.rs")?;
    let mut text = format!(
        "fn {name}() -> harness::roundtrip::Tree {{\n    let mut tree = harness::roundtrip::Tree::new({name:?}, {root}::FILE_DESCRIPTOR_SET);\n"
    );
    for (path, content) in files.iter().filter(|(path, _)| *path != "descriptor.rs") {
        for line in lines(&module(root, path), content) {
            let _ = writeln!(text, "    tree.{line};");
        }
    }
    text.push_str("    tree\n}\n");
    Some(text)
}

/// The calls for what a file holds.
fn lines(module: &str, content: &str) -> Vec<String> {
    // The printer breaks long lines.
    let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
    let spoken =
        implementations(&content, "svc::Message").map(|name| format!("converts::<{}, _>()", below(module, name)));
    let coded =
        implementations(&content, "svc::json::JsonMessage").map(|name| format!("codes::<{}>()", below(module, name)));
    let packed =
        content.contains("pub const TYPES: &[svc::json::PackedType]").then(|| format!("packs({module}::TYPES)"));
    spoken.chain(coded).chain(packed).collect()
}

/// The types that a trait is implemented for, with parameters or without.
fn implementations<'a>(content: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    content.split("impl ").skip(1).filter_map(move |text| {
        let (head, _) = text.split_once(" {")?;
        let (implemented, of) = head.split_once(" for ")?;
        (implemented.split('<').next() == Some(name)).then_some(of)
    })
}

/// A path that starts with `super::`, from the root of the crate.
fn below(module: &str, path: &str) -> String {
    match path.trim().strip_prefix("super::") {
        Some(rest) => below(module.rsplit_once("::").map_or("", |(outer, _)| outer), rest),
        None => format!("{module}::{path}"),
    }
}

/// The module of a file. Any name may be written raw.
pub fn module(root: &str, path: &str) -> String {
    let names = path.trim_end_matches(".rs").split('/').filter(|name| *name != "mod");
    names.fold(root.to_owned(), |module, name| match name {
        "self" | "super" | "crate" | "Self" => format!("{module}::{name}_"),
        name => format!("{module}::r#{name}"),
    })
}
