//! Rules that hold for all generated code, and for that of the example.

use std::fs;

use harness::{generate, names, repository, tree};
use tempfile::TempDir;

/// Folders of generated code.
const GENERATED: [&str; 3] = ["tests/contracts/golden", "examples/src/generated", "rust-svc/src/types/wkt/reflective"];

/// Generated code compiles wherever it is put: it names the runtime, the standard library and itself. Only messages and
/// their conversions name prost, through the runtime.
#[test]
fn generated_code_names_the_runtime_only() {
    let sources = GENERATED.iter().flat_map(|path| sources(path)).filter(|(path, _)| !path.ends_with("/descriptor.rs"));
    for (path, text) in sources {
        let code = code(&text);
        let others = ["tonic", "axum", "hyper", "http", "tower", "tokio", "serde"].into_iter();
        let named: Vec<_> = others.filter(|name| has_word(&code, name)).collect();
        assert!(named.is_empty(), "{path} names {named:?}");
        let knows_prost = ["/pb.rs", "/convert.rs"].iter().any(|name| path.ends_with(name));
        assert!(knows_prost || !code.contains("prost"), "{path} names prost");
        for root in roots(&code) {
            // The plain types of `domain_elsewhere` are in another crate.
            let is_plain = root == "contracts" && path.starts_with("tests/contracts/golden/domain_elsewhere/");
            assert!(is_plain || ["rust_svc", "std", "core"].contains(&root), "{path} names the crate {root}");
        }
    }
}

/// All five artefacts, without types and conversions, blank lines and comments.
#[test]
fn a_method_takes_few_lines() {
    let more = 10;
    let lines = (printed_lines(1 + more) - printed_lines(1)) / more;
    assert!(lines <= 35, "a method takes {lines} lines");
}

/// How many lines of code a service of unary methods with routes takes.
fn printed_lines(methods: usize) -> usize {
    let folder = TempDir::new().expect("a folder can be made");
    let head = "syntax = \"proto3\"; package lines.v1; import \"google/api/annotations.proto\"; message Nothing {}";
    let method = |number| {
        let route = format!("option (google.api.http) = {{post: \"/v1/nothing/{number}\" body: \"*\"}};");
        format!("rpc CheckTheStock{number}(Nothing) returns (Nothing) {{ {route} }}\n")
    };
    let methods: String = (0..methods).map(method).collect();
    fs::write(folder.path().join("lines.proto"), format!("{head} service Lines {{ {methods} }}"))
        .expect("it can be written");
    let files = generate(folder.path(), &["lines.proto"], "").0.expect("valid");
    let artefacts =
        ["domain", "adapter", "client", "gateway", "fake"].map(|name| &files[&format!("lines/v1/{name}.rs")]);
    artefacts.iter().flat_map(|text| text.lines()).filter(|line| is_code(line)).count()
}

fn is_code(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with("//")
}

/// The example is built with what its contracts generate now. `UPDATE_GOLDEN=1` writes it anew.
#[test]
fn the_example_is_up_to_date() {
    let contracts = repository().join("proto");
    let own = |name: &String| ["dispatch/", "inventory/", "order/"].iter().any(|package| name.starts_with(package));
    let names: Vec<_> = names(&contracts).into_iter().filter(own).collect();
    let files: Vec<_> = names.iter().map(String::as_str).collect();
    let printed = generate(&contracts, &files, "openapi=3.1").0.expect("valid");
    let folder = repository().join("examples/src/generated");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        crate::golden::replace(&folder, &printed);
    }
    let existing = tree(&folder);
    assert_eq!(existing.keys().collect::<Vec<_>>(), printed.keys().collect::<Vec<_>>());
    let stale: Vec<_> = printed.iter().filter(|(name, content)| existing[*name] != **content).collect();
    let stale: Vec<_> = stale.into_iter().map(|(name, _)| name).collect();
    assert!(stale.is_empty(), "{stale:?} are out of date: run with UPDATE_GOLDEN=1");
}

/// The Rust sources below a folder, by their paths in the repository.
fn sources(folder: &str) -> Vec<(String, String)> {
    let files = tree(&repository().join(folder)).into_iter().filter(|(name, _)| name.ends_with(".rs"));
    let files: Vec<_> = files.map(|(name, text)| (format!("{folder}/{name}"), text)).collect();
    assert!(!files.is_empty(), "{folder} does not exist");
    files
}

/// A text without comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The crates of paths that start with one, as in `::std::sync::Arc`.
fn roots(code: &str) -> impl Iterator<Item = &str> {
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '_' | '>' | '#' | ':');
    let starts = code.match_indices("::").filter(move |(start, _)| !code[..*start].ends_with(inside));
    let name = |rest: &'_ str| {
        rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len())
    };
    starts.map(move |(start, _)| &code[start + 2..][..name(&code[start + 2..])]).filter(|root| !root.is_empty())
}

/// Whether code has a word, not as a part of another.
fn has_word(code: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word)
        .any(|(start, _)| !code[..start].ends_with(is_part) && !code[start + word.len()..].starts_with(is_part))
}
