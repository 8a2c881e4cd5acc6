//! The table of `docs/diff.md`: each change with its verdicts, which `diff` gives here. `UPDATE_GOLDEN=1` rewrites it.
//!
//! `tests/interop/buf` compares the verdicts with those of `buf breaking`, for which `CHANGES` names a folder to write to.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use harness::repository;
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    diff::{Change, Effect, diff},
    lowered,
    model::Model,
    options::{Options, Types},
    read::compile::{compile, compile_with_protoc},
};
use tempfile::TempDir;

/// The lines around the table in the page.
const BEGIN: &str = "<!-- The table is written by tests/contracts/tests/output/changes.rs. -->\n";
const END: &str = "<!-- The end of the table. -->\n";

/// A change of a contract: its name, the contract before and the contract after. `proto2: ` and `edition: ` choose the
/// syntax, and ` // other file: ` begins a second file.
type NamedChange = (&'static str, &'static str, &'static str);

/// The changes, by what they change.
const CHANGES: &[(&str, &[NamedChange])] = &[
    (
        "Fields",
        &[
            ("added", "message M {}", "message M { string a = 1; }"),
            (
                "added as `REQUIRED`",
                "message M {}",
                "message M { string a = 1 [(google.api.field_behavior) = REQUIRED]; }",
            ),
            ("removed", "message M { string a = 1; }", "message M {}"),
            ("removed, with its number reserved", "message M { string a = 1; }", "message M { reserved 1; }"),
            (
                "removed, with its number and name reserved",
                "message M { string a = 1; }",
                "message M { reserved 1; reserved \"a\"; }",
            ),
            ("renamed", "message M { string a = 1; }", "message M { string b = 1; }"),
            (
                "renamed, with the same `json_name`",
                "message M { string a = 1; }",
                "message M { string b = 1 [json_name = \"a\"]; }",
            ),
            ("with another number", "message M { string a = 1; }", "message M { string a = 2; }"),
            (
                "with another `json_name`",
                "message M { string a = 1; }",
                "message M { string a = 1 [json_name = \"c\"]; }",
            ),
            (
                "with another default",
                "proto2: message M { optional int32 a = 1 [default = 1]; }",
                "proto2: message M { optional int32 a = 1 [default = 2]; }",
            ),
            ("optional", "message M { string a = 1; }", "message M { optional string a = 1; }"),
            ("no longer optional", "message M { optional string a = 1; }", "message M { string a = 1; }"),
            ("repeated", "message M { string a = 1; }", "message M { repeated string a = 1; }"),
            ("packed", "message M { repeated int32 a = 1 [packed = false]; }", "message M { repeated int32 a = 1; }"),
            (
                "a map in place of its entries",
                "message M { repeated E a = 1; message E { string key = 1; int32 value = 2; } }",
                "message M { map<string, int32> a = 1; }",
            ),
            (
                "`REQUIRED`",
                "message M { string a = 1; }",
                "message M { string a = 1 [(google.api.field_behavior) = REQUIRED]; }",
            ),
            (
                "no longer `REQUIRED`",
                "message M { string a = 1 [(google.api.field_behavior) = REQUIRED]; }",
                "message M { string a = 1; }",
            ),
            (
                "`OUTPUT_ONLY`",
                "message M { string a = 1; }",
                "message M { string a = 1 [(google.api.field_behavior) = OUTPUT_ONLY]; }",
            ),
            (
                "`required` (proto2)",
                "proto2: message M { optional string a = 1; }",
                "proto2: message M { required string a = 1; }",
            ),
            ("added as `required` (proto2)", "proto2: message M {}", "proto2: message M { required string a = 1; }"),
            ("deprecated", "message M { string a = 1; }", "message M { string a = 1 [deprecated = true]; }"),
        ],
    ),
    (
        "Types of fields",
        &[
            ("`int32` to `int64`", "message M { int32 a = 1; }", "message M { int64 a = 1; }"),
            ("`int32` to `uint32`", "message M { int32 a = 1; }", "message M { uint32 a = 1; }"),
            ("`int32` to `bool`", "message M { int32 a = 1; }", "message M { bool a = 1; }"),
            ("`int32` to `sint32`", "message M { int32 a = 1; }", "message M { sint32 a = 1; }"),
            ("`fixed32` to `sfixed32`", "message M { fixed32 a = 1; }", "message M { sfixed32 a = 1; }"),
            ("`fixed32` to `uint32`", "message M { fixed32 a = 1; }", "message M { uint32 a = 1; }"),
            ("`float` to `double`", "message M { float a = 1; }", "message M { double a = 1; }"),
            ("`string` to `bytes`", "message M { string a = 1; }", "message M { bytes a = 1; }"),
            ("`bytes` to `string`", "message M { bytes a = 1; }", "message M { string a = 1; }"),
            (
                "an enum to `int32`",
                "message M { K a = 1; } enum K { ZERO = 0; }",
                "message M { int32 a = 1; } enum K { ZERO = 0; }",
            ),
            (
                "`int32` to an enum",
                "message M { int32 a = 1; } enum K { ZERO = 0; }",
                "message M { K a = 1; } enum K { ZERO = 0; }",
            ),
            (
                "another enum",
                "message M { K a = 1; } enum K { ZERO = 0; } enum L { NONE = 0; }",
                "message M { L a = 1; } enum K { ZERO = 0; } enum L { NONE = 0; }",
            ),
            (
                "another message",
                "message M { O a = 1; } message O {} message P {}",
                "message M { P a = 1; } message O {} message P {}",
            ),
            ("a message to `bytes`", "message M { O a = 1; } message O {}", "message M { bytes a = 1; } message O {}"),
            ("values of a map", "message M { map<string, int32> a = 1; }", "message M { map<string, string> a = 1; }"),
            ("keys of a map", "message M { map<int32, int32> a = 1; }", "message M { map<string, int32> a = 1; }"),
            (
                "a group to a message",
                "proto2: message M { optional group A = 1 {} }",
                "proto2: message M { optional A a = 1; message A {} }",
            ),
        ],
    ),
    (
        "Oneofs",
        &[
            ("added, with a new field", "message M {}", "message M { oneof o { string a = 1; } }"),
            (
                "added, with `REQUIRED` members only",
                "message M {}",
                "message M { oneof o { string a = 1 [(google.api.field_behavior) = REQUIRED]; } }",
            ),
            (
                "a field was added",
                "message M { oneof o { string a = 1; } }",
                "message M { oneof o { string a = 1; string b = 2; } }",
            ),
            ("a field moved into it", "message M { string a = 1; }", "message M { oneof o { string a = 1; } }"),
            (
                "a field left it",
                "message M { oneof o { string a = 1; string b = 2; } }",
                "message M { oneof o { string a = 1; } string b = 2; }",
            ),
            (
                "a field moved to another",
                "message M { oneof o { string a = 1; string b = 2; } oneof p { string c = 3; } }",
                "message M { oneof o { string a = 1; } oneof p { string b = 2; string c = 3; } }",
            ),
            ("renamed", "message M { oneof o { string a = 1; } }", "message M { oneof p { string a = 1; } }"),
            (
                "removed with its fields, which are reserved",
                "message M { oneof o { string a = 1; } }",
                "message M { reserved 1; reserved \"a\"; }",
            ),
            (
                "all members `REQUIRED`",
                "message M { oneof o { string a = 1; string b = 2 [(google.api.field_behavior) = REQUIRED]; } }",
                "message M { oneof o { string a = 1 [(google.api.field_behavior) = REQUIRED]; string b = 2 [(google.api.field_behavior) = REQUIRED]; } }",
            ),
            (
                "one of several members `REQUIRED`",
                "message M { oneof o { string a = 1; string b = 2; } }",
                "message M { oneof o { string a = 1 [(google.api.field_behavior) = REQUIRED]; string b = 2; } }",
            ),
        ],
    ),
    (
        "Messages and enums",
        &[
            ("message added", "message M {}", "message M {} message N {}"),
            ("message removed", "message M {} message N {}", "message M {}"),
            ("enum removed", "message M {} enum K { ZERO = 0; }", "message M {}"),
            ("reserved number of a message freed", "message M { reserved 1, 2; }", "message M { reserved 1; }"),
            ("reserved name of a message freed", "message M { reserved \"a\"; }", "message M {}"),
            ("reserved number of an enum freed", "enum K { ZERO = 0; reserved 3; }", "enum K { ZERO = 0; }"),
            ("value added", "enum K { ZERO = 0; }", "enum K { ZERO = 0; ONE = 1; }"),
            ("value removed", "enum K { ZERO = 0; ONE = 1; }", "enum K { ZERO = 0; }"),
            (
                "value removed, with its number reserved",
                "enum K { ZERO = 0; ONE = 1; }",
                "enum K { ZERO = 0; reserved 1; }",
            ),
            (
                "value removed, with its number and name reserved",
                "enum K { ZERO = 0; ONE = 1; }",
                "enum K { ZERO = 0; reserved 1; reserved \"ONE\"; }",
            ),
            ("value renamed", "enum K { ZERO = 0; ONE = 1; }", "enum K { ZERO = 0; UNO = 1; }"),
            ("value with another number", "enum K { ZERO = 0; ONE = 1; }", "enum K { ZERO = 0; ONE = 2; }"),
            ("enum open, was closed (proto2)", "proto2: enum K { ZERO = 0; }", "enum K { ZERO = 0; }"),
            ("message moved to another file", "message M {} message N {}", "message M {} // other file: message N {}"),
            (
                "enum moved to another file",
                "message M {} enum K { ZERO = 0; }",
                "message M {} // other file: enum K { ZERO = 0; }",
            ),
            (
                "JSON format of a message `LEGACY_BEST_EFFORT`, was `ALLOW`",
                "edition: message M { int32 a = 1; }",
                "edition: message M { option features.json_format = LEGACY_BEST_EFFORT; int32 a = 1; }",
            ),
            (
                "JSON format of a message `ALLOW`, was `LEGACY_BEST_EFFORT`",
                "edition: message M { option features.json_format = LEGACY_BEST_EFFORT; int32 a = 1; }",
                "edition: message M { int32 a = 1; }",
            ),
            (
                "JSON format of an enum `LEGACY_BEST_EFFORT`, was `ALLOW`",
                "edition: enum K { ZERO = 0; }",
                "edition: enum K { option features.json_format = LEGACY_BEST_EFFORT; ZERO = 0; }",
            ),
            (
                "syntax proto2 to an edition",
                "proto2: message M { optional int32 a = 1; }",
                "edition: message M { int32 a = 1; }",
            ),
        ],
    ),
    (
        "Services",
        &[
            ("service added", "message M {}", "message M {} service S { rpc A(M) returns (M); }"),
            (
                "service moved to another file",
                "message M {} service S { rpc A(google.protobuf.Empty) returns (google.protobuf.Empty); }",
                "message M {} // other file: service S { rpc A(google.protobuf.Empty) returns (google.protobuf.Empty); }",
            ),
            ("service removed", "message M {} service S { rpc A(M) returns (M); }", "message M {}"),
            (
                "method added",
                "message M {} service S { rpc A(M) returns (M); }",
                "message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }",
            ),
            (
                "method removed",
                "message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }",
                "message M {} service S { rpc A(M) returns (M); }",
            ),
            (
                "another request",
                "message M {} message N {} service S { rpc A(M) returns (M); }",
                "message M {} message N {} service S { rpc A(N) returns (M); }",
            ),
            (
                "another response",
                "message M {} message N {} service S { rpc A(M) returns (M); }",
                "message M {} message N {} service S { rpc A(M) returns (N); }",
            ),
            (
                "requests are a stream",
                "message M {} service S { rpc A(M) returns (M); }",
                "message M {} service S { rpc A(stream M) returns (M); }",
            ),
            (
                "responses are a stream",
                "message M {} service S { rpc A(M) returns (M); }",
                "message M {} service S { rpc A(M) returns (stream M); }",
            ),
            (
                "idempotent",
                "message M {} service S { rpc A(M) returns (M); }",
                "message M {} service S { rpc A(M) returns (M) { option idempotency_level = IDEMPOTENT; } }",
            ),
            (
                "no longer idempotent",
                "message M {} service S { rpc A(M) returns (M) { option idempotency_level = IDEMPOTENT; } }",
                "message M {} service S { rpc A(M) returns (M); }",
            ),
            (
                "route added",
                "message M {} service S { rpc A(M) returns (M); }",
                "message M {} service S { rpc A(M) returns (M) { option (google.api.http) = {get: \"/a\"}; } }",
            ),
            (
                "route removed",
                "message M {} service S { rpc A(M) returns (M) { option (google.api.http) = {get: \"/a\"}; } }",
                "message M {} service S { rpc A(M) returns (M); }",
            ),
            (
                "another path",
                "message M {} service S { rpc A(M) returns (M) { option (google.api.http) = {get: \"/a\"}; } }",
                "message M {} service S { rpc A(M) returns (M) { option (google.api.http) = {get: \"/b\"}; } }",
            ),
        ],
    ),
];

/// The files of a contract, by name. Each change has a package of its own.
type ContractFiles = BTreeMap<String, String>;

fn contract(index: usize, text: &str) -> ContractFiles {
    let (syntax, text) = match text.split_once(": ") {
        Some(("proto2", text)) => ("syntax = \"proto2\"", text),
        Some(("edition", text)) => ("edition = \"2023\"", text),
        _ => ("syntax = \"proto3\"", text),
    };
    let (first, other) = text.split_once("// other file: ").unwrap_or((text, ""));
    let file = |body: &str| format!("{syntax};\npackage change{index}.v1;\n{}{body}\n", imports(body));
    let mut files = BTreeMap::from([(format!("change{index}.proto"), file(first))]);
    if !other.is_empty() {
        files.insert(format!("change{index}_other.proto"), file(other));
    }
    files
}

fn imports(body: &str) -> String {
    const IMPORTS: [(&str, &str); 3] = [
        ("field_behavior", "google/api/field_behavior.proto"),
        ("api.http", "google/api/annotations.proto"),
        ("protobuf.Empty", "google/protobuf/empty.proto"),
    ];
    let imports = IMPORTS.iter().filter(|(word, _)| body.contains(word));
    imports.map(|(_, file)| format!("import \"{file}\";\n")).collect()
}

fn model(files: &ContractFiles) -> Model {
    let folder = TempDir::new().expect("a folder can be made");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let (folders, names) = ([folder.path().to_owned()], files.keys().map(PathBuf::from).collect::<Vec<_>>());
    let compiled = match files.values().any(|text| text.starts_with("edition")) {
        true => {
            compile_with_protoc(&protoc_bin_vendored::protoc_bin_path().expect("for this machine"), &folders, &names)
        }
        false => compile(&folders, &names),
    };
    let input = compiled.unwrap_or_else(|error| panic!("{error}\n{files:?}"));
    let mut diagnostics = Diagnostics::default();
    let options = Options { include_imports: true, ..Options::default() };
    let lowered = lowered(&input, &options, &mut diagnostics);
    lowered.unwrap_or_else(|| panic!("{}\n{files:?}", diagnostics.errors())).model
}

/// The verdicts of a change: for code, for gRPC peers and for callers over HTTP.
fn verdicts(before: &ContractFiles, after: &ContractFiles) -> [Effect; 3] {
    let changes = diff(&model(before), &model(after), Types::Domain, &mut Diagnostics::default());
    let all = |effect: fn(&Change) -> Effect| {
        let is_breaking = changes.iter().any(|change| effect(change) == Effect::Breaking);
        if is_breaking { Effect::Breaking } else { Effect::Safe }
    };
    [all(|change| change.rust), all(|change| change.wire), all(|change| change.http)]
}

/// The changes, numbered, with their files.
fn numbered() -> impl Iterator<Item = (&'static str, &'static str, ContractFiles, ContractFiles)> {
    let all = CHANGES.iter().flat_map(|(group, changes)| changes.iter().map(move |change| (*group, change)));
    all.enumerate()
        .map(|(index, (group, (name, before, after)))| (group, *name, contract(index, before), contract(index, after)))
}

/// The categories of `buf breaking` that report a change, by its name: all from the one in `buf-breaking`,
/// which `tests/interop/buf` writes.
fn buf_categories() -> BTreeMap<String, String> {
    let text = fs::read_to_string(repository().join("tests/contracts/buf-breaking")).unwrap_or_default();
    let pair = |line: &str| line.split_once('\t').map(|(category, name)| (name.to_owned(), category.to_owned()));
    text.lines().filter_map(pair).collect()
}

fn table() -> String {
    let (mut text, mut last, buf) = (String::new(), "", buf_categories());
    for (group, name, before, after) in numbered() {
        if group != last {
            text.push_str(&format!("\n| {group} | `RUST` | `WIRE` | `HTTP` | buf |\n|---|---|---|---|---|\n"));
            last = group;
        }
        let [rust, wire, http] = verdicts(&before, &after).map(Effect::name);
        let buf = buf.get(&format!("{group}: {name}")).map(|category| format!("`{category}`")).unwrap_or_default();
        text.push_str(&format!("| {name} | {rust} | {wire} | {http} | {buf} |\n"));
    }
    text + "\n"
}

#[test]
fn the_page_lists_each_change_with_its_verdicts() {
    let path = repository().join("docs/diff.md");
    let page = fs::read_to_string(&path).expect("it is there");
    let (start, rest) = page.split_once(BEGIN).expect("the table begins");
    let (_, end) = rest.split_once(END).expect("the table ends");
    let expected = format!("{start}{BEGIN}{}{END}{end}", table());
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &expected).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).expect("it is there");
    assert!(page == expected, "docs/diff.md is not up to date: run with UPDATE_GOLDEN=1");
}

/// Writes the contracts and the verdicts for `tests/interop/buf`.
#[test]
fn changes_are_written_for_buf() {
    let Some(folder) = env::var_os("CHANGES") else { return };
    let (folder, mut lines) = (Path::new(&folder), String::new());
    for (index, (group, name, before, after)) in numbered().enumerate() {
        for (side, files) in [("before", &before), ("after", &after)] {
            fs::create_dir_all(folder.join(side)).expect("a folder can be made");
            for (name, text) in files {
                fs::write(folder.join(side).join(name), text).expect("a file can be written");
            }
        }
        let [_, wire, http] = verdicts(&before, &after).map(Effect::name);
        lines.push_str(&format!("change{index}\t{wire}\t{http}\t{group}: {name}\n"));
    }
    fs::write(folder.join("verdicts"), lines).expect("a file can be written");
}
