//! Names of types and the size of functions.

use std::collections::BTreeMap;

use tidy::{functions, rust_sources, type_names};

/// The crates whose names are held, each with the folder of its sources.
const FOLDERS: &[&str] = &[
    "rust-svc/src",
    "protoc-gen-rust-svc/src",
    "examples/src",
    "benches/src",
    "tests/contracts/src/bin/public-trees",
    "tests/contracts/src/bin/random-contracts",
    "tests/harness/src",
    "tests/interop/src",
    "tests/resilience/src",
    "tests/tidy/src",
];

/// Names that two types of one crate share, each with the reason.
const SHARED: &[(&str, &str, &str)] = &[];

#[test]
fn no_two_types_of_a_crate_have_one_name() {
    let mut wrong = Vec::new();
    for folder in FOLDERS {
        let mut by_name = BTreeMap::<String, Vec<String>>::new();
        for definition in rust_sources(folder).iter().filter(|path| !is_test(path)).flat_map(|path| type_names(path)) {
            by_name.entry(definition.name).or_default().push(definition.position);
        }
        let is_shared = |name: &String| SHARED.iter().any(|(of, shared, _)| of == folder && shared == name);
        let several = by_name.into_iter().filter(|(name, positions)| positions.len() > 1 && !is_shared(name));
        wrong.extend(several.map(|(name, positions)| format!("{name}: {}", positions.join(", "))));
    }
    assert!(wrong.is_empty(), "{} names have several types:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_normal_function_is_short() {
    for folder in &FOLDERS[..2] {
        let paths = rust_sources(folder);
        let mut lines: Vec<_> = paths
            .iter()
            .filter(|path| !is_test(path))
            .flat_map(|path| functions(path))
            .map(|function| function.lines)
            .collect();
        lines.sort_unstable();
        let median = lines[lines.len() / 2];
        assert!(median <= 8, "the median function of {folder} has {median} lines");
    }
}

#[test]
fn a_function_fits_on_a_screen() {
    let paths = FOLDERS.iter().flat_map(|folder| rust_sources(folder));
    let long: Vec<_> = paths.flat_map(|path| functions(&path)).filter(|function| function.lines > 60).collect();
    let long: Vec<_> =
        long.iter().map(|function| format!("{} {}: {}", function.position, function.name, function.lines)).collect();
    assert!(long.is_empty(), "functions of more than 60 lines:\n{}", long.join("\n"));
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}
