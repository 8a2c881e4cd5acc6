//! Words that the texts of this project do not use, since the field has plainer ones.

use tidy::{contains_words, files, is_generated, read};

/// The texts that users and maintainers read.
const PATHS: &[&str] = &[
    "rust-svc/src",
    "protoc-gen-rust-svc/src",
    "templates",
    "proto",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs",
    "benches/src",
    "tests/README.md",
    "tests/contracts/src",
    "tests/contracts/tests",
    "tests/harness",
    "tests/interop/src",
    "tests/interop/tests",
    "tests/resilience/src",
    "tests/resilience/tests",
    "tests/tidy/src",
];

/// Words that need a glossary, each with a plainer one.
const WORDS: &[(&str, &str)] = &[
    ("told", "reported, sent, returned"),
    ("stands for", "represents, is"),
    ("says so", "reports it"),
    ("that is none", "invalid"),
    ("that are none", "invalid"),
    ("is heard", "is received"),
    ("nobody waits", "no caller waits"),
    ("there are not", "unknown"),
];

#[test]
fn texts_use_plain_words() {
    let mut wrong = Vec::new();
    for path in texts() {
        for (number, line) in read(&path).lines().enumerate() {
            let found = WORDS.iter().filter(|(word, _)| contains_words(line, word));
            wrong.extend(found.map(|(word, plain)| format!("{path}:{}: `{word}`: write {plain}", number + 1)));
        }
    }
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

/// A doc comment's first line says what the item is or does, by itself.
#[test]
fn doc_comments_are_sentences_of_their_own() {
    let mut wrong = Vec::new();
    for path in texts().filter(|path| path.ends_with(".rs")) {
        let mut is_inside = false;
        for (number, line) in read(&path).lines().enumerate() {
            let doc = line.trim_start().strip_prefix("///").or(line.strip_prefix("//!")).map(str::trim_start);
            let begins = doc.filter(|_| !is_inside).unwrap_or_default();
            if ["What ", "The same"].iter().any(|start| begins.starts_with(start)) {
                wrong.push(format!("{path}:{}: {begins}", number + 1));
            }
            is_inside = doc.is_some();
        }
    }
    assert!(
        wrong.is_empty(),
        "{} doc comments begin with a question word or refer to their neighbour:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Only the generated texts of other projects are excluded.
fn texts() -> impl Iterator<Item = String> {
    let is_text = |path: &String| [".rs", ".md", ".jinja", ".proto", ".toml"].iter().any(|end| path.ends_with(end));
    PATHS.iter().flat_map(|path| files(path)).filter(is_text).filter(|path| !is_generated(path))
}
