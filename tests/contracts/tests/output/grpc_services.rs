//! The messages of health and reflection in the runtime, which the generator prints.

use std::{fs, process::Command};

use harness::repository;
use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::Input, render::Files};

const NAMES: [&str; 2] = ["grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto"];

/// Returns the generated files by their paths.
fn printed() -> Files {
    let set = tempfile::NamedTempFile::new().expect("a temporary file");
    let status = Command::new(protoc_bin_vendored::protoc_bin_path().expect("protoc"))
        .arg(format!("-I{}", repository().join("rust-svc/proto").display()))
        .arg(format!("--descriptor_set_out={}", set.path().display()))
        .arg("--include_source_info")
        .args(NAMES)
        .status();
    assert!(status.expect("protoc runs").success());
    let descriptors = fs::read(set.path()).expect("descriptors");
    let input = Input::from_descriptor_set(&descriptors, NAMES.map(ToOwned::to_owned).to_vec()).expect("descriptors");
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("types=proto,emit=adapter+descriptor,allow=all", &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics).expect("generated files");
    assert!(!diagnostics.has_errors(), "{}", diagnostics.errors());
    files
}

#[test]
fn the_runtime_has_the_current_messages_of_health_and_reflection() {
    let folder = repository().join("rust-svc/src/server/generated");
    let printed = printed();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for (name, text) in &printed {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("writable");
        }
    }
    for (name, text) in &printed {
        let path = folder.join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == *text, "{} is stale: run with UPDATE_GOLDEN=1", path.display());
    }
}
