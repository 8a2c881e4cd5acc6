//! The messages of health and reflection in the runtime, which the generator prints.

use std::{fs, process::Command};

use harness::repository;
use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::Input, render::Files};

const NAMES: [&str; 2] = ["grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto"];

/// The files whose descriptors reflection serves, so that callers can read the details of errors.
const DETAILS: [&str; 2] = ["google/rpc/error_details.proto", "google/rpc/status.proto"];

/// Returns the descriptors of files of the runtime.
fn descriptors(argument: &str, names: &[&str]) -> Vec<u8> {
    let set = tempfile::NamedTempFile::new().expect("a temporary file");
    let status = Command::new(protoc_bin_vendored::protoc_bin_path().expect("protoc"))
        .arg(format!("-I{}", repository().join("rust-svc/proto").display()))
        .arg(format!("-I{}", protoc_bin_vendored::include_path().expect("its files").display()))
        .arg(format!("--descriptor_set_out={}", set.path().display()))
        .arg(argument)
        .args(names)
        .status();
    assert!(status.expect("protoc runs").success());
    fs::read(set.path()).expect("descriptors")
}

/// Returns the generated files by their paths.
fn printed() -> Files {
    let descriptors = descriptors("--include_source_info", &NAMES);
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

#[test]
fn the_runtime_has_the_current_descriptors_of_error_details() {
    let path = repository().join("rust-svc/src/server/reflection/error_details.binpb");
    let descriptors = descriptors("--include_imports", &DETAILS);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &descriptors).expect("writable");
    }
    assert!(
        fs::read(&path).is_ok_and(|found| found == descriptors),
        "{} is stale: run with UPDATE_GOLDEN=1",
        path.display()
    );
}
