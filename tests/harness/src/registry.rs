//! Prints a program that registers the types of a generated tree for round trips.
//!
//! It reads the generated text, so that generated code needs no list of types for tests.

use std::{collections::BTreeMap, fmt::Write as _};

/// Prints a function `name` that returns the `harness::roundtrip::Tree` of the module `root`. Returns `None` if the
/// tree has no descriptors.
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

/// The calls for the types of a file.
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

/// The types that implement a trait, with or without parameters.
fn implementations<'a>(content: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    content.split("impl ").skip(1).filter_map(move |text| {
        let (head, _) = text.split_once(" {")?;
        let (implemented, of) = head.split_once(" for ")?;
        (implemented.split('<').next() == Some(name)).then_some(of)
    })
}

/// Resolves a path that starts with `super::` from the root of the crate.
fn below(module: &str, path: &str) -> String {
    match path.trim().strip_prefix("super::") {
        Some(rest) => below(module.rsplit_once("::").map_or("", |(outer, _)| outer), rest),
        None => format!("{module}::{path}"),
    }
}

/// The module of a file. Every name can be a raw identifier.
pub fn module(root: &str, path: &str) -> String {
    let names = path.trim_end_matches(".rs").split('/').filter(|name| *name != "mod");
    names.fold(root.to_owned(), |module, name| match name {
        "self" | "super" | "crate" | "Self" => format!("{module}::{name}_"),
        name => format!("{module}::r#{name}"),
    })
}
