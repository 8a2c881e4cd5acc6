//! The rules of this repository, one topic a file.

mod dependencies;
mod documents;
mod language;
mod layout;
mod names;
mod policies;
mod templates;
mod workspace;

use tidy::CrateTree;

/// Each crate with a structure worth holding: its name and the roots of its targets.
const CRATES: &[(&str, &[&str])] = &[
    ("rust-svc", &["rust-svc/src/lib.rs"]),
    ("protoc-gen-rust-svc", &["protoc-gen-rust-svc/src/lib.rs"]),
    ("examples", &["examples/src/lib.rs"]),
    ("bench", &["benches/src/main.rs"]),
    ("tidy", &["tests/tidy/src/lib.rs"]),
];

/// The module trees of a crate's targets.
fn trees() -> impl Iterator<Item = (&'static str, CrateTree)> {
    CRATES.iter().flat_map(|(name, roots)| roots.iter().map(|root| (*name, CrateTree::read(name, root))))
}
