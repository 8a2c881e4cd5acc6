//! The generated code of a folder as a crate of a workspace, compiled as a user's under every lint.

use std::{fs, io, path::Path};

use harness::registry::registry;
use protoc_gen_rust_svc::render::Files;

use crate::folder::Folder;

const LIBRARY: &str = "//! Generated from public contracts.\n\npub mod generated;\n";

const TRIPS_HEAD: &str = "\
//! There and back.

#![allow(deprecated)] // deprecated fields are converted, too
";

const TRIPS: &str = "
#[test]
fn random_messages_survive_a_round_trip() {
    println!(\"{:?}\", tree().check().unwrap_or_else(|error| panic!(\"{error}\")));
}
";

/// Writes the crate of a folder. Returns its name.
pub(crate) fn write(out: &Path, folder: &Folder, printed: &Files) -> io::Result<String> {
    let name = folder.path.to_string_lossy().replace(['/', '.', '_'], "-");
    let module = name.replace('-', "_");
    let place = out.join(&name);
    let _ = fs::remove_dir_all(&place); // removes files that are no longer generated
    for (path, content) in printed {
        put(&place.join("src/generated").join(path), content)?;
    }
    put(&place.join("src/lib.rs"), LIBRARY)?;
    put(&place.join("Cargo.toml"), &manifest(&name))?;
    if let Some(tree) = registry("tree", &format!("{module}::generated"), printed) {
        put(&place.join("tests/trips.rs"), &format!("{TRIPS_HEAD}\n{tree}{TRIPS}"))?;
    }
    Ok(name)
}

fn manifest(name: &str) -> String {
    let home = harness::repository();
    let (runtime, trips) = (home.join("rust-svc"), home.join("tests/harness"));
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nrust-svc = {{ path = {runtime:?} }}\n\n\
         [dev-dependencies]\nharness = {{ path = {trips:?}, features = [\"roundtrip\"] }}\n\n\
         [lints]\nworkspace = true\n"
    )
}

/// Writes the workspace of the crates, with the dependency versions of this repository.
pub(crate) fn workspace(out: &Path, crates: &[String]) -> io::Result<()> {
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {crates:?}\n\n\
         [workspace.lints.rust]\nmissing_docs = \"deny\"\nwarnings = \"deny\"\n\n\
         [profile.dev]\ndebug = false\n"
    );
    put(&out.join("Cargo.toml"), &manifest)?;
    // Most users keep generated code in a private module, where clippy has more lints.
    put(&out.join("clippy.toml"), "avoid-breaking-exported-api = false\n")?;
    fs::copy(harness::repository().join("Cargo.lock"), out.join("Cargo.lock")).map(drop)
}

/// Writes a file unless it is unchanged.
fn put(path: &Path, content: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, content)
}
