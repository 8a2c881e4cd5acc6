//! `Build`, as build scripts use it.

use std::{fs, path::Path};

use protoc_gen_rust_svc::Build;
use tempfile::TempDir;

const CHAT: &str =
    "syntax = \"proto3\"; package chat.v1; service Chat { rpc Say(Words) returns (Words); } message Words {}";

fn folder(proto: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder can be made");
    fs::write(folder.path().join("chat.proto"), proto).expect("a file can be written");
    folder
}

fn build(folder: &Path) -> Build {
    Build::new(folder.join("generated")).proto_path(folder).file(folder.join("chat.proto"))
}

#[test]
fn unchanged_files_are_not_written() {
    let folder = folder(CHAT);
    build(folder.path()).option("emit=fake").try_run().expect("valid");
    let module = folder.path().join("generated/chat/v1");
    assert!(module.join("fake.rs").is_file() && !module.join("client.rs").exists());
    let written = || fs::metadata(module.join("fake.rs")).expect("written").modified().expect("a time");
    let first = written();
    build(folder.path()).option("emit=fake").try_run().expect("valid");
    assert_eq!(written(), first);
}

#[test]
fn all_errors_are_reported() {
    let wrong = build(folder(CHAT).path()).option("types=plain").option("emti=all").try_run();
    let text = wrong.expect_err("wrong options").to_string();
    assert!(text.contains("`plain`") && text.contains("`emti`"), "{text}");
    let folder = folder("syntax = \"proto3\"; message {}");
    let text = build(folder.path()).try_run().expect_err("a wrong file").to_string();
    assert!(text.starts_with("chat.proto:1:28: error: "), "{text}");
    assert!(!folder.path().join("generated").exists());
}
