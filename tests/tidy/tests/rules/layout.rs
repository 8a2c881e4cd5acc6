//! Files and folders.

use std::collections::{BTreeMap, BTreeSet};

use tidy::{read, rust_sources};

/// The most lines of a source.
const MAX_LINES: usize = 450;

/// The most entries of a folder.
const MAX_ENTRIES: usize = 14;

/// The parts of the runtime.
const RUNTIME: [&str; 15] = [
    "adapter",
    "call",
    "client",
    "error",
    "fake",
    "gateway",
    "grpc",
    "intercept",
    "json",
    "message",
    "net",
    "observe",
    "path",
    "server",
    "types",
];

#[test]
fn sources_are_short() {
    let sources = ["benches", "examples", "protoc-gen-rust-svc", "rust-svc", "rust-svc-fake", "tests"]
        .into_iter()
        .flat_map(rust_sources);
    let long = sources.map(|path| (read(&path).lines().count(), path)).filter(|(lines, _)| *lines > MAX_LINES);
    let long: Vec<_> = long.map(|(lines, path)| format!("{path}: {lines} lines")).collect();
    assert!(long.is_empty(), "split them by their ideas:\n{}", long.join("\n"));
}

#[test]
fn folders_are_small() {
    for folder in ["rust-svc/src", "rust-svc-fake/src", "protoc-gen-rust-svc/src", "examples/src", "benches/src"] {
        let mut entries = BTreeMap::<String, BTreeSet<String>>::new();
        for path in rust_sources(folder) {
            let mut rest = path.as_str();
            while let Some((above, name)) = rest.rsplit_once('/') {
                entries.entry(above.to_owned()).or_default().insert(name.to_owned());
                rest = above;
            }
        }
        let most =
            |path: &str| MAX_ENTRIES + if path == "rust-svc/src" || path == "protoc-gen-rust-svc/src" { 2 } else { 0 };
        let large = entries.iter().filter(|(path, names)| path.starts_with(folder) && names.len() > most(path));
        let large: Vec<_> = large.map(|(path, names)| format!("{path}: {} entries", names.len())).collect();
        assert!(large.is_empty(), "{}", large.join("\n"));
    }
}

#[test]
fn the_runtime_has_fifteen_parts() {
    let below = |path: &String| path.strip_prefix("rust-svc/src/")?.split('/').next().map(str::to_owned);
    let parts: BTreeSet<_> =
        rust_sources("rust-svc/src").iter().filter_map(below).filter(|part| part != "lib.rs").collect();
    assert_eq!(parts.iter().map(String::as_str).collect::<Vec<_>>(), RUNTIME);
}

/// A `mod.rs` introduces its folder: a sentence, the modules and what they export.
#[test]
fn mod_files_only_list_their_parts() {
    let mut wrong = Vec::new();
    for folder in ["rust-svc/src", "protoc-gen-rust-svc/src"] {
        for path in
            rust_sources(folder).into_iter().filter(|path| path.ends_with("/mod.rs") && !path.contains("/tests/"))
        {
            let text = read(&path);
            if !text.starts_with("//! ") {
                wrong.push(format!("{path} does not say what its folder is"));
            }
            let code = tidy::code_items(&path);
            wrong.extend(code.into_iter().map(|name| format!("{path} defines {name}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
