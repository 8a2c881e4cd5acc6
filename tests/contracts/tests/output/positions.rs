//! Positions inside options: those of the text, whoever compiles it, from whatever folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use harness::repository;
use tempfile::TempDir;

use crate::program::{PROGRAM, program, protoc_include, stderr_of};

/// A contract whose deadline is wrong, at the mark.
const CONTRACT: &str = "syntax = \"proto3\";\npackage a.v1;\nimport \"rust_svc/v1/options.proto\";\nmessage M {}\n\
                        service S {\n  rpc Get(M) returns (M) {\n    option (rust_svc.v1.method) = {\n      deadline: \"5x\"\n    \
                        };\n  }\n}\n";

const PLACE: &str = "a/v1/a.proto:8:7: error[E0401]: invalid duration `5x` for `deadline`";

/// A folder with the contract in `apis/proto/a/v1/a.proto`.
fn folder(contract: &[u8]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir_all(folder.path().join("apis/proto/a/v1")).expect("a folder");
    fs::create_dir_all(folder.path().join("elsewhere")).expect("a folder");
    fs::write(folder.path().join("apis/proto/a/v1/a.proto"), contract).expect("a file");
    folder
}

fn vendored() -> PathBuf {
    protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine")
}

/// Runs protoc with a plugin in a folder.
fn plugin_in(folder: &Path, plugin: &Path, include: &str) -> String {
    let mut command = Command::new(vendored());
    command.arg(format!("--plugin=protoc-gen-rust-svc={}", plugin.display())).arg(include);
    for further in [repository().join("proto"), protoc_include()] {
        command.arg("-I").arg(further);
    }
    stderr_of(&command.args(["--rust-svc_out=.", "a/v1/a.proto"]).current_dir(folder).output().expect("protoc runs"))
}

#[test]
fn plugin_finds_the_text_in_the_include_paths_of_protoc() {
    let contract = folder(CONTRACT.as_bytes());
    let absolute = format!("-I{}", contract.path().join("apis/proto").display());
    for (from, include) in [
        ("apis/proto", "-I."),
        ("apis", "--proto_path=proto"),
        ("", "-Iapis/proto"),
        ("elsewhere", "-I../apis/proto"),
        ("elsewhere", absolute.as_str()),
    ] {
        let text = plugin_in(&contract.path().join(from), &PROGRAM, include);
        assert!(text.contains(PLACE), "{from} {include}: {text}");
    }
}

/// A script between protoc and the plugin has other arguments.
#[cfg(unix)]
#[test]
fn plugin_finds_the_text_behind_a_script() {
    use std::os::unix::fs::PermissionsExt as _;
    let contract = folder(CONTRACT.as_bytes());
    let script = contract.path().join("plugin");
    fs::write(&script, format!("#!/bin/sh\n{}\nexit $?\n", PROGRAM.display())).expect("a file");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a file");
    let text = plugin_in(&contract.path().join("elsewhere"), &script, "-I../apis/proto");
    assert!(text.contains(PLACE), "{text}");
}

/// Without the text, positions are those of statements.
#[test]
fn another_file_of_the_name_is_not_used() {
    let contract = folder(CONTRACT.as_bytes());
    let set = contract.path().join("set.binpb");
    let mut command = Command::new(vendored());
    command.arg(format!("--descriptor_set_out={}", set.display())).args(["--include_imports", "--include_source_info"]);
    for path in [contract.path().join("apis/proto"), repository().join("proto"), protoc_include()] {
        command.arg("-I").arg(path);
    }
    assert_eq!(stderr_of(&command.arg("a/v1/a.proto").output().expect("protoc runs")), "");
    fs::create_dir_all(contract.path().join("elsewhere/a/v1")).expect("a folder");
    fs::write(contract.path().join("elsewhere/a/v1/a.proto"), format!("// Another one.\n{CONTRACT}")).expect("a file");
    let text =
        plugin_in(&contract.path().join("elsewhere"), &PROGRAM, &format!("--descriptor_set_in={}", set.display()));
    assert!(text.contains("a/v1/a.proto:7:5: error[E0401]"), "{text}");
}

/// Line ends, tabs, byte order marks and letters of several bytes do not move positions.
#[test]
fn columns_are_characters() {
    let tabs = CONTRACT.replace("      deadline", "\t\t\t\t\t\tdeadline").replace("    option", "\t\t\t\toption");
    let marked = format!("\u{feff}{CONTRACT}");
    let letters = CONTRACT.replace("      deadline", "/* é\u{1f600} */ deadline");
    for (contract, column) in [(CONTRACT.replace('\n', "\r\n"), 7), (tabs, 7), (marked, 7), (letters, 10)] {
        let place = PLACE.replace(":8:7:", &format!(":8:{column}:"));
        let folder = folder(contract.as_bytes());
        let (proto, out) = (folder.path().join("apis/proto"), folder.path().join("out"));
        let by_reader = |more: &[&str]| {
            let arguments =
                ["generate", "-I", &proto.to_string_lossy(), "--out", &out.to_string_lossy(), "a/v1/a.proto"];
            stderr_of(&program(&[&arguments[..], more].concat()))
        };
        let protoc = format!("--protoc={}", vendored().display());
        for text in [by_reader(&[]), by_reader(&[&protoc]), plugin_in(&proto, &PROGRAM, "-I.")] {
            assert!(text.contains(&place), "{contract:?}: {text}");
        }
    }
}
