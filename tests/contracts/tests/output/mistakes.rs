//! Typical mistakes in contracts and options: the cause, the place and the fix that a user reads.
//!
//! `mistakes/reader.txt` and `mistakes/protoc.txt` hold what the built-in reader and the plugin of protoc print for each
//! `.proto` beside them; `tests/interop/buf` does the same for buf. `UPDATE_GOLDEN=1` rewrites them.

use std::{fs, path::PathBuf};

use harness::{contracts, options_of};
use tempfile::TempDir;

use crate::program::{program, protoc, stderr_of};

fn folder() -> PathBuf {
    contracts().join("mistakes")
}

/// The contracts with a mistake. They import others.
fn mistakes() -> Vec<String> {
    let names = harness::names(&folder()).into_iter();
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".proto") && !name.starts_with("imported_")).collect();
    names.sort();
    names
}

/// Compares the output for each mistake with the expected one.
fn compare(expected: &str, run: impl Fn(&str, &str, &str) -> String) {
    let out = TempDir::new().expect("a folder");
    let target = out.path().to_string_lossy();
    let text = |name: &String| format!("== {name}\n{}", run(name, &options_of(&folder(), name), &target));
    let found: String = mistakes().iter().map(text).collect();
    let path = folder().join(expected);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).expect("a file");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let differing = found.lines().zip(known.lines()).find(|(one, other)| one != other);
    assert!(
        found == known,
        "{expected}: found and expected: {differing:?}; run with UPDATE_GOLDEN=1 and read the diff"
    );
}

fn by_reader(name: &str, options: &str, target: &str) -> String {
    let place = folder().to_string_lossy().into_owned();
    let options = format!("allow=all,{options}");
    stderr_of(&program(&["generate", "-I", &place, "--out", target, "--opt", &options, name]))
}

fn by_protoc(name: &str, options: &str, target: &str) -> String {
    let arguments = [format!("--rust-svc_out={target}"), format!("--rust-svc_opt=allow=all,{options}")];
    let text = stderr_of(&protoc(&folder(), &arguments.each_ref().map(String::as_str), &[name]));
    text.replace(&format!("{}/", folder().display()), "")
}

#[test]
fn mistakes_are_refused_by_the_reader() {
    compare("reader.txt", by_reader);
}

#[test]
fn mistakes_are_refused_with_protoc() {
    compare("protoc.txt", by_protoc);
}

/// Each error has a place and a fix, also where protoc has neither.
#[test]
fn errors_of_mistakes_have_places_and_fixes() {
    let text = fs::read_to_string(folder().join("reader.txt")).expect("a file");
    assert!(text.matches("== ").count() > 60, "the mistakes are gone");
    for errors in text.split("== ").skip(1) {
        let (name, errors) = errors.split_once('\n').expect("a name");
        let is_option = errors.starts_with("error[E010");
        let place = errors.split(": error").next().unwrap_or_default();
        assert!(is_option || place.split(':').count() == 3, "{name} has no place: {errors}");
        assert!(errors.contains("\n  help: "), "{name} has no fix: {errors}");
    }
}

/// Contracts that both accept.
const ACCEPTED: &[&str] = &[
    "syntax = \"proto3\";\nmessage M { string bytes = 1; int32 Bytes = 2; optional M m = 3; oneof _m { M n = 4; } }",
    "syntax = \"proto2\";\nmessage M { optional string a_b = 1; optional string aB = 2; }",
    "syntax = \"proto2\";\nimport \"google/protobuf/descriptor.proto\";\nextend google.protobuf.FieldOptions { optional float least = 50001; }\nmessage M { optional float f = 1 [(least) = -inf]; }",
    "syntax = \"proto3\";\noption java_package = \"\\xff\";\nmessage M {}",
    "syntax = \"proto3\";\nenum E { option allow_alias = true; ZERO = 0; E_ONE = 1; ONE = 1; }",
    "syntax = \"proto3\";\nmessage M { repeated int32 n = 1 [packed = true]; reserved 3 to 5, 9; }",
    "syntax = \"proto2\";\nenum E { ZERO = 0; ONE = 1; }\nmessage M { map<string, E> m = 1; extensions 100 to max; }",
    "syntax = \"proto3\";\nimport \"b.proto\";\nmessage M { B b = 2; }",
];

const OTHER: &str = "syntax = \"proto2\";\nmessage B { extensions 100 to 200; }\nenum Closed { ZERO = 0; }\n";

/// The outputs of the built-in reader and of protoc, empty where they accept a contract.
fn read(contract: &[u8]) -> (String, String) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.proto"), contract).expect("a file");
    fs::write(folder.path().join("b.proto"), OTHER).expect("a file");
    let place = folder.path().to_string_lossy().into_owned();
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let allow = ["--opt", "allow=all", "a.proto"];
    let ours = program(&[&["generate", "-I", &place, "--out", &out][..], &allow].concat());
    let set = format!("--descriptor_set_out={}", folder.path().join("set").display());
    (stderr_of(&ours), stderr_of(&protoc(folder.path(), &[&set], &["a.proto"])))
}

#[test]
fn legal_contracts_are_accepted() {
    for contract in ACCEPTED {
        let (ours, protocs) = read(contract.as_bytes());
        assert_eq!(
            (ours.as_str(), protocs.contains(": error") || protocs.contains("is not")),
            ("", false),
            "{contract}\n{protocs}"
        );
    }
}

#[test]
fn comments_need_not_be_utf8() {
    assert_eq!(read(b"syntax = \"proto3\";\n// caf\xe9\nmessage M { string id = 1; }").0, "");
    let (ours, _) = read(b"syntax = \"proto2\";\nmessage M { optional string s = 1 [default = \"caf\xe9\"]; }");
    assert!(ours.starts_with("a.proto:2:50: error: invalid UTF-8 outside a comment"), "{ours}");
}

#[test]
fn all_errors_of_all_files_are_reported() {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("one.proto", "syntax = \"proto3\";\nmessage M { A a = 1; B b = 2; }");
    write("two.proto", "syntax = \"proto3\";\nmessage N { C c = 1; }");
    let place = folder.path().to_string_lossy().into_owned();
    let text = stderr_of(&program(&["generate", "-I", &place, "--out", &place, "one.proto", "two.proto"]));
    let found: Vec<_> =
        text.lines().filter_map(|line| line.split(" error: ").next()).filter(|line| line.contains(".proto:")).collect();
    assert_eq!(found, ["one.proto:2:13:", "one.proto:2:22:", "two.proto:2:13:"], "{text}");
}
