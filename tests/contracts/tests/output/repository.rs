//! The rules of this repository: who may know whom, how files are set out, what is up to date.

use std::{fs, process::Command};

use harness::{generate, names, repository, tree};
use tempfile::TempDir;

/// Files or folders, and what their code never names. A rule that a compiler would keep is not here.
const LAYERS: &[(&[&str], &[&str])] = &[
    // The generator's stages.
    (&["protoc-gen-rust-svc/src/read"], &["crate::model", "crate::lower", "crate::check", "crate::render", "askama"]),
    (&["protoc-gen-rust-svc/src/lower"], &["crate::check", "crate::render", "askama", ".rs\""]),
    (&["protoc-gen-rust-svc/src/model"], &["descriptor", "FileDescriptor", "crate::render", "askama", "prost"]),
    (&["protoc-gen-rust-svc/src/check"], &["descriptor", "crate::read", "crate::lower", "crate::render", "askama"]),
    (
        &["protoc-gen-rust-svc/src/diff"],
        &["descriptor", "crate::lower", "crate::check", "crate::render", "crate::cli", "prost", "askama", "process"],
    ),
    (&["protoc-gen-rust-svc/src/render"], &["crate::read", "read::descriptor", "crate::check"]),
    // The runtime's core, and its artefacts.
    (CORE, &["tonic", "prost", "axum", "hyper", "http", "tower"]),
    (&["rust-svc/src/adapter"], &["crate::client", "crate::gateway", "axum"]),
    (&["rust-svc/src/client"], &["crate::adapter", "crate::gateway", "axum"]),
    (&["rust-svc/src/gateway", "rust-svc/src/json"], &["tonic", "crate::adapter", "crate::client"]),
    (
        &["rust-svc/src/fake"],
        &[
            "tonic",
            "prost",
            "axum",
            "hyper",
            "http",
            "crate::adapter",
            "crate::client",
            "crate::gateway",
            "crate::server",
        ],
    ),
    // The business of the example.
    (
        &["examples/src/inventory", "examples/src/order", "examples/src/dispatch", "examples/src/tracking"],
        &["tonic", "prost", "axum", "hyper", "http", "pb", "Client", "Server", "Adapter", "Gateway"],
    ),
];

const CORE: &[&str] = &[
    "rust-svc/src/call",
    "rust-svc/src/error",
    "rust-svc/src/lib.rs",
    "rust-svc/src/message/mod.rs",
    "rust-svc/src/message/validated.rs",
    "rust-svc/src/path",
    "rust-svc/src/types/any.rs",
    "rust-svc/src/types/duration.rs",
    "rust-svc/src/types/field_mask.rs",
    "rust-svc/src/types/json.rs",
    "rust-svc/src/types/times",
    "rust-svc/src/types/timestamp.rs",
];

/// Code that others wrote for this repository's tests, or that a program wrote.
const PRINTED: [&str; 3] = ["tests/contracts/golden", "examples/src/generated", "rust-svc/src/types/wkt/reflective"];

/// How long a file may be, in lines.
const MAX_LINES: usize = 450;

/// The Rust sources below a path, which may be a file, by their paths in the repository.
fn sources(path: &str) -> Vec<(String, String)> {
    let root = repository().join(path);
    let below = names(&root).into_iter().map(|name| format!("{path}/{name}"));
    let paths: Vec<_> = if root.is_file() { vec![path.to_owned()] } else { below.collect() };
    assert!(!paths.is_empty(), "{path} is gone");
    let text = |path: &String| fs::read_to_string(repository().join(path)).expect("a text");
    paths.into_iter().filter(|path| path.ends_with(".rs")).map(|path| (path.clone(), text(&path))).collect()
}

/// The code of a text: without comments, without what a feature adds, and without the tests behind it.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::new();
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("#[cfg(feature") {
            let indent = &line[..line.len() - line.trim_start().len()];
            let ends = |line: &str| line.strip_prefix(indent).is_some_and(|rest| rest == "}" || is_statement(rest));
            lines.by_ref().find(|line| ends(line));
        } else {
            code += line;
            code.push('\n');
        }
    }
    code
}

/// Whether a line is an item or statement of its own, at the margin.
fn is_statement(line: &str) -> bool {
    !line.starts_with(' ') && line.ends_with(';')
}

/// Whether a word or path stands in code by itself, not as a part of another.
fn names_word(code: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word)
        .any(|(start, _)| !code[..start].ends_with(is_part) && !code[start + word.len()..].starts_with(is_part))
}

fn assert_never(path: &str, code: &str, words: &[&str]) {
    let named: Vec<_> = words.iter().filter(|word| names_word(code, word)).collect();
    assert!(named.is_empty(), "{path} names {named:?}, which its layer never knows");
}

#[test]
fn layers_know_only_what_they_may() {
    for (paths, words) in LAYERS {
        let sources = paths.iter().flat_map(|path| sources(path));
        sources.for_each(|(path, text)| assert_never(&path, &code(&text), words));
    }
}

/// Generated code works wherever it is put: it names the runtime, the standard library and itself. Only messages and
/// their conversions know prost, by way of the runtime.
#[test]
fn generated_code_names_the_runtime_only() {
    let sources = PRINTED.iter().flat_map(|path| sources(path)).filter(|(path, _)| !path.ends_with("/descriptor.rs"));
    for (path, text) in sources {
        let code = code(&text);
        assert_never(&path, &code, &["tonic", "axum", "hyper", "http", "tower", "tokio", "serde"]);
        let knows_prost = ["/pb.rs", "/convert.rs"].iter().any(|name| path.ends_with(name));
        assert!(knows_prost || !code.contains("prost"), "{path} names prost");
        for root in roots(&code) {
            // The plain types of `domain_elsewhere` are in another crate.
            let is_plain = root == "contracts" && path.starts_with("tests/contracts/golden/domain_elsewhere/");
            assert!(is_plain || ["rust_svc", "std", "core"].contains(&root), "{path} names the crate {root}");
        }
    }
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

/// A template is its output with holes: a decision is a word that the model is missing.
#[test]
fn templates_do_not_decide() {
    let templates = tree(&repository().join("templates/service"));
    assert_eq!(templates.len(), 5, "one for each artefact of a service");
    for (name, text) in templates {
        for statement in text.split("{%").skip(1) {
            let word = statement.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
            assert!(["for", "endfor"].contains(&word), "{name} says {word:?}");
        }
        assert!(!text.contains("{#"), "{name} has a comment");
    }
}

/// What the example was built with is what its contracts give now. `UPDATE_GOLDEN=1` writes it anew.
#[test]
fn the_example_is_up_to_date() {
    let contracts = repository().join("proto");
    let own = |name: &String| ["dispatch/", "inventory/", "order/"].iter().any(|package| name.starts_with(package));
    let names: Vec<_> = names(&contracts).into_iter().filter(own).collect();
    let files: Vec<_> = names.iter().map(String::as_str).collect();
    let printed = generate(&contracts, &files, "").0.expect("valid");
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

#[test]
fn files_are_short() {
    for member in ["benches", "examples", "protoc-gen-rust-svc/src", "rust-svc", "tests"] {
        let paths = names(&repository().join(member)).into_iter().map(|name| format!("{member}/{name}"));
        let written =
            paths.filter(|path| path.ends_with(".rs") && !PRINTED.iter().any(|printed| path.starts_with(printed)));
        for path in written {
            let lines = fs::read_to_string(repository().join(&path)).expect("a text").lines().count();
            assert!(lines <= MAX_LINES, "{path} has {lines} lines: which two ideas are in it?");
        }
    }
}

/// Where rustfmt is installed.
#[test]
fn sources_are_formatted() {
    let fmt = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.arg("fmt").args(arguments).current_dir(repository()).output().expect("cargo runs")
    };
    if !fmt(&["--version"]).status.success() {
        println!("skipped: rustfmt is not installed");
        return;
    }
    let output = fmt(&["--all", "--check", "--", "-l"]);
    assert!(output.status.success(), "run cargo fmt: {}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_crate_keeps_the_lints() {
    let manifest = |path: &str| fs::read_to_string(repository().join(path).join("Cargo.toml")).expect("it is there");
    let workspace = manifest(".");
    for lint in [r#"unsafe_code = "forbid""#, r#"missing_docs = "warn""#, r#"unwrap_used = "warn""#] {
        assert!(workspace.contains(lint), "the workspace has no {lint}");
    }
    let (_, members) = workspace.split_once("members = [").expect("there are members");
    for member in members.split(']').next().unwrap_or_default().split(',') {
        let member = member.trim().trim_matches('"');
        assert!(manifest(member).contains("[lints]\nworkspace = true"), "{member} does not keep the lints");
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let changelog = fs::read_to_string(repository().join("CHANGELOG.md")).expect("it is there");
    let heading = concat!("## ", env!("CARGO_PKG_VERSION"));
    assert!(changelog.lines().any(|line| line.starts_with(heading)), "there is no {heading}");
}

/// What a part of the runtime does not use, its users do not build.
#[test]
fn parts_of_the_runtime_do_not_bring_others() {
    let cases: [(&str, &[&str]); 6] = [
        ("", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("fake", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("chrono,jiff,time", &["tonic", "prost", "axum", "hyper", "http", "tower"]),
        ("prost", &["tonic", "axum", "hyper", "http", "tower"]),
        ("adapter,client", &["axum"]),
        ("gateway", &["tonic"]),
    ];
    for (features, others) in cases {
        let crates = dependencies(features);
        let brought: Vec<_> = others.iter().filter(|other| crates.iter().any(|name| name == *other)).collect();
        assert!(brought.is_empty(), "rust-svc with features {features:?} depends on {brought:?}");
    }
}

/// The names of all that the runtime depends on with these features alone.
fn dependencies(features: &str) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--package=rust-svc", "--no-default-features", "--edges=normal", "--prefix=none"]);
    let output = cargo.arg("--features").arg(features).current_dir(repository()).output().expect("cargo runs");
    let tree = crate::program::said(&output);
    assert!(tree.starts_with("rust-svc "), "{tree}");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
