//! Typical mistakes in contracts, which the built-in reader and protoc both reject with a position.

use std::fs;

use tempfile::TempDir;

use crate::program::{program, protoc, stderr_of};

/// Contracts, each with the start of an error of the built-in reader after `a.proto:`.
const REFUSED: &[(&str, &str)] = &[
    (
        "syntax = \"proto3\";\nmessage M { Ordr id = 1; }\nmessage Order {}",
        "2:13: error: name `Ordr` is not defined\n  help: did you mean `Order`?",
    ),
    (
        "syntax = \"proto3\";\nmessage M { google.protobuf.Timestamp at = 1; }",
        "2:13: error: name `google.protobuf.Timestamp` is not defined\n  help: `google.protobuf.Timestamp` is declared in google/protobuf/timestamp.proto",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1 [deprcated = true]; }",
        "2:28: error: unknown option `deprcated`\n  help: did you mean `deprecated`?",
    ),
    (
        "syntax = \"proto3\";\nimport \"google/api/field_behavior.proto\";\nmessage M { string id = 1 [(google.api.field_behavior) = REQIRED]; }",
        "3:58: error: expected a value of type `repeated google.api.FieldBehavior` for option `(google.api.field_behavior)`, but found `REQIRED`\n  help: did you mean `REQUIRED`? the values are ",
    ),
    (
        "syntax = \"proto3\";\nimport \"rust_svc/v1/options.proto\";\nmessage M {}\nservice S { rpc A(M) returns (M) { option (rust_svc.v1.method) = {timeout: \"5s\"}; } }",
        "4:67: error: unknown option field `timeout` of `rust_svc.v1.CallPolicy`\n  help: the fields are `deadline`, ",
    ),
    ("syntax = \"proto3\";\nimport \"nope.proto\";", "2:1: error: import `nope.proto` not found"),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1 string x = 2; }",
        "2:27: error: expected `;` or `[`, but found `string`",
    ),
    ("syntax = \"proto3\";\nmessage M {}\n/* open", "3:1: error: unterminated comment"),
    ("syntax = \"proto3\";\nmessage M {", "2:11: error: expected "),
    ("syntax = \"proto3\";\nmessage M { string id = 1; string id = 2; }", "2:35: error: name `M.id` is defined twice"),
    (
        "syntax = \"proto3\";\nenum E { ZERO = 0; E_ONE = 1; ONE = 2; }",
        "2:31: error: enum values `E_ONE` and `ONE` differ only in case and prefix",
    ),
    (
        "syntax = \"proto2\";\nenum E { ONE = 1; }\nmessage M { map<string, E> m = 1; }",
        "3:13: error: enum `E` without a first value of zero in a map",
    ),
    ("syntax = \"proto3\";\nmessage M { extensions 100 to 200; }", "2:24: error: extension range in proto3"),
    (
        "syntax = \"proto3\";\nimport \"b.proto\";\nextend B { string x = 100; }",
        "3:12: error: extension of `B` in proto3",
    ),
    (
        "syntax = \"proto3\";\nimport \"b.proto\";\nmessage M { Closed c = 1; }",
        "3:13: error: proto2 enum `Closed` in a proto3 message",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1 [json_name = \"[x]\"]; }",
        "2:13: error: invalid JSON name `[x]`",
    ),
    ("syntax = \"proto3\";\nmessage M { reserved 5 to 3; }", "2:22: error: reversed range 5 to 3"),
    ("syntax = \"proto2\";\nmessage M { repeated string s = 1 [packed = true]; }", "2:13: error: `packed` on `s`"),
];

/// Contracts that both accept.
const ACCEPTED: &[&str] = &[
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
fn mistakes_are_refused_with_position_and_help() {
    for (contract, expected) in REFUSED {
        let (ours, protocs) = read(contract.as_bytes());
        assert!(ours.lines().count() > 0 && ours.contains(&format!("a.proto:{expected}")), "{contract}\n{ours}");
        assert!(protocs.contains("a.proto:"), "protoc accepts:\n{contract}\n{protocs}");
    }
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
