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

/// Cargo sets `OUT_DIR` for a build script, and this test for itself.
#[test]
fn build_scripts_may_write_to_out_dir() {
    const CHILD: &str = "build_scripts_may_write_to_out_dir";
    let folder = folder(CHAT);
    if std::env::var_os("CHILD").is_some() {
        let build = Build::in_out_dir().proto_path(std::env::var("CHILD").expect("text")).file("chat.proto");
        return build.try_run().expect("valid");
    }
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a folder can be made");
    let mut command = std::process::Command::new(std::env::current_exe().expect("a program"));
    command.args(["--exact", CHILD]).env("CHILD", folder.path()).env("OUT_DIR", &out);
    assert!(command.output().expect("a program").status.success());
    let included = fs::read_to_string(out.join("generated.rs")).expect("a file to include");
    let file = syn::parse_file(&included).expect("Rust");
    let syn::Item::Mod(module) = &file.items[0] else { panic!("{included}") };
    assert_eq!(module.ident, "generated");
    assert!(included.contains(&out.join("generated/mod.rs").display().to_string()), "{included}");
    assert!(out.join("generated/chat/v1/client.rs").is_file());
}

#[test]
fn out_dir_is_required() {
    let mut command = std::process::Command::new(std::env::current_exe().expect("a program"));
    command.args(["--exact", "build_scripts_may_write_to_out_dir"]).env("CHILD", ".").env_remove("OUT_DIR");
    let output = command.output().expect("a program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && text.contains("OUT_DIR is not set: only a build script can write to it"),
        "{text}"
    );
}
