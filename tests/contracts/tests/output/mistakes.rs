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
    (
        "syntax = \"proto3\";\nimport \"c.proto\";",
        "c.proto:2:1: error: cyclic imports: a.proto -> c.proto -> a.proto\n  help: remove this import",
    ),
    (
        "syntax = \"proto3\";\nimport \"../x.proto\";",
        "2:8: error: invalid import path\n  help: write the path below a --proto-path directory",
    ),
    (
        "syntax = \"proto3\";\nimport \"b.proto\";\nimport \"b.proto\";",
        "3:1: error: import `b.proto` is repeated\n  help: remove it",
    ),
    (
        "syntax = \"proto3\";\npackage a;\npackage b;",
        "3:1: error: multiple package names specified\n  help: keep one of them",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1; string name = 1; }",
        "2:42: error: field number `1` is already used\n  help: give each field its own number",
    ),
    (
        "syntax = \"proto3\";\nmessage M { reserved 1; string id = 1; }",
        "2:37: error: field number `1` conflicts with reserved range `1 to 1`\n  help: use a number",
    ),
    (
        "syntax = \"proto3\";\nmessage M { reserved \"id\"; string id = 1; }",
        "2:28: error: name `id` is reserved\n  help: use another name",
    ),
    (
        "syntax = \"proto3\";\nmessage M { required string id = 1; }",
        "2:13: error: required fields are not allowed in proto3 syntax\n  help: remove `required`",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id; }",
        "2:22: error: expected `=`, but found `;`\n  help: end it with its number",
    ),
    (
        "syntax = \"proto3\";\nenum E { ONE = 1; }",
        "2:16: error: the first value for proto3 enums must be 0\n  help: begin with a value 0",
    ),
    (
        "syntax = \"proto3\";\nenum E { ZERO = 0; NIL = 0; }",
        "2:26: error: enum number `0` has already been used\n  help: give each value its own number",
    ),
    (
        "syntax = \"proto3\";\nmessage M {}\nservice S { rpc A(M) return (M); }",
        "3:22: error: expected `returns`, but found `return`\n  help: did you mean `returns`?",
    ),
    (
        "syntax = \"proto3\";\nmessage M {}\nservice S { rpc A(string) returns (M); }",
        "3:19: error: name `string` is not defined\n  help: a method takes and returns messages",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1 [deprecated = \"yes\"]; }",
        "2:41: error: expected a value of type `bool` for option `deprecated`, but found `\"yes\"`\n  help: write true or false",
    ),
    (
        "syntax = \"proto3\";\nimport \"google/api/annotations.proto\";\nmessage M {}\nservice S { rpc A(M) returns (M) { option (google.api.http) = {gets: \"/v1\"}; } }",
        "4:64: error: unknown option field `gets` of `google.api.HttpRule`\n  help: did you mean `get`?",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string a_b = 1; string aB = 2; }",
        "2:29: error: fields `a_b` and `aB` have the JSON name `aB`\n  help: rename one of them",
    ),
    (
        "syntax = \"proto3\";\nmesage M {}",
        "2:1: error: expected `enum`, `extend`, `import`, `message`, `option`, `service`, `package` or `;`, but found `mesage`\n  help: did you mean `message`?",
    ),
    (
        "syntax = \"proto3\";\nmessage M { strng id = 1; }",
        "2:13: error: name `strng` is not defined\n  help: did you mean `string`?",
    ),
    (
        "syntax = \"proto3\";\nmessage M {}\nservice S { rpc M(M) returns (M); }",
        "3:19: error: `M` is a method of the service here, not a message\n  help: write the full name",
    ),
    (
        "syntax = \"proto3\";\nmessage M { string id = 1 [features.field_presence = EXPLICIT]; }",
        "2:28: error: features in a file without an edition",
    ),
    (
        "syntax = \"proto3\";\nenum E { option allow_alias = true; ZERO = 0; }",
        "2:1: error: `allow_alias` on `E`, whose values have different numbers\n  help: remove it",
    ),
    (
        "syntax = \"proto3\";\nmessage M { oneof o { string a = 1;; } }",
        "2:36: error: empty statement among fields\n  help: remove the semicolon",
    ),
];

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

const CYCLE: &str = "syntax = \"proto3\";\nimport \"a.proto\";\n";

/// The outputs of the built-in reader and of protoc, empty where they accept a contract.
fn read(contract: &[u8]) -> (String, String) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.proto"), contract).expect("a file");
    fs::write(folder.path().join("b.proto"), OTHER).expect("a file");
    fs::write(folder.path().join("c.proto"), CYCLE).expect("a file");
    let place = folder.path().to_string_lossy().into_owned();
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let allow = ["--opt", "allow=all", "a.proto"];
    let ours = program(&[&["generate", "-I", &place, "--out", &out][..], &allow].concat());
    let set = format!("--descriptor_set_out={}", folder.path().join("set").display());
    (stderr_of(&ours), stderr_of(&protoc(folder.path(), &[&set], &["a.proto"])))
}

/// The start of an error, which is in `a.proto` unless it begins with a file.
fn start(expected: &str) -> String {
    if expected.starts_with("c.proto:") { expected.to_owned() } else { format!("a.proto:{expected}") }
}

#[test]
fn mistakes_are_refused_with_position_and_help() {
    for (contract, expected) in REFUSED {
        let (ours, protocs) = read(contract.as_bytes());
        assert!(ours.lines().count() > 0 && ours.contains(&start(expected)), "{contract}\n{ours}");
        assert!(protocs.contains(".proto:"), "protoc accepts:\n{contract}\n{protocs}");
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
