//! The workspace and its lints.

use std::process::Command;

use tidy::{read, root};

#[test]
fn every_crate_keeps_the_lints() {
    let workspace = read("Cargo.toml");
    for lint in [r#"unsafe_code = "forbid""#, r#"missing_docs = "warn""#, r#"unwrap_used = "warn""#] {
        assert!(workspace.contains(lint), "the workspace has no {lint}");
    }
    for member in members(&workspace) {
        let manifest = read(&format!("{member}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{member} does not keep the lints");
    }
}

#[test]
fn tests_has_at_most_five_crates() {
    let manifest = read("Cargo.toml");
    let crates: Vec<_> = members(&manifest).filter(|member| member.starts_with("tests")).collect();
    assert!(crates.len() <= 5, "{crates:?}");
}

/// Needs rustfmt.
#[test]
fn sources_are_formatted() {
    let fmt = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.arg("fmt").args(arguments).current_dir(root()).output().expect("cargo runs")
    };
    if !fmt(&["--version"]).status.success() {
        println!("skipped: rustfmt is not installed");
        return;
    }
    let output = fmt(&["--all", "--check", "--", "-l"]);
    assert!(output.status.success(), "run cargo fmt: {}", String::from_utf8_lossy(&output.stdout));
}

fn members(manifest: &str) -> impl Iterator<Item = &str> {
    let (_, members) = manifest.split_once("members = [").expect("there are members");
    members
        .split(']')
        .next()
        .unwrap_or_default()
        .split(',')
        .map(|member| member.trim().trim_matches('"'))
        .filter(|member| !member.is_empty())
}
