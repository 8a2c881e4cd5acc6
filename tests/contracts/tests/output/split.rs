//! Packages as crates of their own, or behind features. `tests/contracts/split-packages` compiles them.

use std::collections::BTreeMap;

use harness::{contracts, generate};

const CIRCULAR: &[&str] = &["order.proto", "customer.proto", "status.proto", "money.proto"];

fn split(case: &str, files: &[&str], options: &str) -> BTreeMap<String, String> {
    generate(&contracts().join("edge_cases").join(case), files, options).0.expect("valid")
}

/// Returns the lines of a file after its header, without blank ones.
fn lines<'a>(files: &'a BTreeMap<String, String>, name: &str) -> Vec<&'a str> {
    let text = files.get(name).unwrap_or_else(|| panic!("{name} is not one of {:?}", files.keys()));
    text.lines().skip(1).filter(|line| !line.is_empty()).collect()
}

fn folders(files: &BTreeMap<String, String>) -> Vec<&str> {
    let mut folders: Vec<_> = files.keys().filter_map(|path| path.split('/').next()).collect();
    folders.dedup();
    folders
}

#[test]
fn packages_that_use_each_other_share_a_crate() {
    let files = split("packages_in_a_cycle", CIRCULAR, "split=crates");
    assert_eq!(folders(&files), ["circular-customer-v1", "circular-type"]);
    assert_eq!(
        lines(&files, "circular-customer-v1/Cargo.toml"),
        [
            "[package]",
            "name = \"circular-customer-v1\"",
            "version = \"0.0.0\"",
            "edition = \"2024\"",
            "publish = false",
            "[lib]",
            "doctest = false",
            "[dependencies]",
            "rust-svc = { workspace = true }",
            "circular-type = { path = \"../circular-type\" }",
        ]
    );
}

#[test]
fn packages_that_use_each_other_have_features() {
    let files = split("packages_in_a_cycle", CIRCULAR, "split=features");
    assert_eq!(
        lines(&files, "features.toml"),
        [
            "# Copy this table to Cargo.toml.",
            "[features]",
            "circular-customer-v1 = [\"circular-order-v1\", \"circular-type\"]",
            "circular-order-v1 = [\"circular-customer-v1\"]",
            "circular-type = []",
        ]
    );
    let module = lines(&files, "circular/order/mod.rs");
    assert!(module.ends_with(&["#[cfg(feature = \"circular-order-v1\")]", "pub mod v1;"]), "{module:?}");
}

/// Only indexes and manifests differ from those of one crate, so that code can be moved from one form to the other.
#[test]
fn code_of_a_package_is_the_same_in_every_form() {
    let whole = split("packages_in_a_cycle", CIRCULAR, "");
    let code = |files: &BTreeMap<String, String>| {
        let own =
            files.iter().filter_map(|(path, text)| Some((path.split_once("/circular/")?.1.to_owned(), text.clone())));
        own.filter(|(path, _)| !path.ends_with("mod.rs")).collect::<BTreeMap<_, _>>()
    };
    let in_crates = code(&split("packages_in_a_cycle", CIRCULAR, "split=crates"));
    let rooted = whole.iter().map(|(path, text)| (format!("/{path}"), text.clone())).collect();
    assert_eq!(in_crates, code(&rooted));
}

/// `std` would hide the standard library, and `rust_svc` the runtime.
#[test]
fn crates_do_not_hide_those_of_rust_and_the_runtime() {
    let files = ["mod.proto", "rust_svc.proto", "std.proto", "svc.proto"];
    let files = split("package_of_crates", &files, "split=crates");
    assert!(!folders(&files).iter().any(|name| ["std", "rust_svc", "mod"].contains(name)), "{:?}", folders(&files));
}

#[test]
fn crates_of_other_runs_are_dependencies_of_their_users() {
    let options = "split=crates,extern_path=.circular.type=::money::circular";
    let files = split("packages_in_a_cycle", CIRCULAR, options);
    let manifest = lines(&files, "circular-customer-v1/Cargo.toml");
    assert!(manifest.ends_with(&["rust-svc = { workspace = true }", "money = { workspace = true }"]), "{manifest:?}");
    let options = "split=crates,domain_type=.circular.type.Money=::money::Money";
    let files = split("packages_in_a_cycle", CIRCULAR, options);
    let manifest = lines(&files, "circular-type/Cargo.toml");
    assert!(manifest.ends_with(&["money = { workspace = true }"]), "{manifest:?}");
}

/// Each crate has the descriptors of its files and their imports.
#[test]
fn crates_have_their_own_descriptors() {
    let files = split("packages_in_a_cycle", CIRCULAR, "split=crates");
    let has =
        |name: &str, text: &str| files[&format!("{name}/src/descriptor.rs")].replace("\\\n    ", "").contains(text);
    assert!(has("circular-customer-v1", "money.proto") && has("circular-type", "money.proto"));
    assert!(has("circular-customer-v1", "order.proto") && !has("circular-type", "order.proto"));
}
