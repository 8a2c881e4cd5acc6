//! The output of `--format json` beside `docs/output.schema.json`.

use std::fs;

use harness::repository;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{program, protoc, stdout_of};

/// The part of JSON Schema that the document uses.
fn is_valid(schema: &Value, value: &Value) -> bool {
    let is_of_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => {
            value.as_u64().is_some_and(|number| number >= schema["minimum"].as_u64().unwrap_or_default())
        }
        Some("object") => is_valid_object(schema, value),
        _ => true,
    };
    let is_listed = schema["enum"].as_array().is_none_or(|known| known.contains(value));
    is_of_type && is_listed && (schema["const"].is_null() || schema["const"] == *value)
}

fn is_valid_object(schema: &Value, value: &Value) -> bool {
    let Some(members) = value.as_object() else { return false };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let known = |name: &String| schema["properties"].get(name);
    required.into_iter().all(|name| members.contains_key(name))
        && members.iter().all(|(name, member)| known(name).is_some_and(|schema| is_valid(schema, member)))
}

/// Checks the lines of a command. Returns their types.
fn types(arguments: &[&str]) -> Vec<String> {
    kinds(&String::from_utf8(program(arguments).stdout).expect("text"))
}

/// Checks lines. Returns their types.
fn kinds(lines: &str) -> Vec<String> {
    let schema = fs::read_to_string(repository().join("docs/output.schema.json")).expect("a file");
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let check = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("an object");
        let kind = value["type"].as_str().expect("a type").to_owned();
        assert!(is_valid(&schema["$defs"][&kind], &value), "{line}");
        kind
    };
    lines.lines().map(check).collect()
}

#[test]
fn output_has_the_documented_schema() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let write =
        |name: &str, text: &str| fs::write(path(name), format!("syntax = \"proto3\";\n{text}")).expect("a file");
    let (place, out, set) = (path(""), path("out"), path("set.binpb"));
    let run = |command: &[&str]| types(&[command, &["-I", &place, "--format", "json", "a.proto"]].concat());
    write("a.proto", "message M { N n = 1; string id = ; }");
    assert_eq!(run(&["generate", "--out", &out])[0], "diagnostic");
    assert_eq!(run(&["generate", "--out", &out, "--opt", "emti=all"])[0], "diagnostic");
    write("a.proto", "message M { string id = 1; }\nservice S { rpc Get(M) returns (M); }");
    assert_eq!(run(&["generate", "--out", &out])[0], "diagnostic");
    let arguments = ["--include_imports", "--include_source_info", &format!("--descriptor_set_out={set}")];
    stdout_of(&protoc(folder.path(), &arguments, &["a.proto"]));
    fs::write(path("out/mod.rs"), "// Another file.").expect("a file");
    fs::remove_file(path("out/fake.rs")).or_else(|_| fs::remove_file(path("out/client.rs"))).expect("a file");
    assert_eq!(run(&["check", "--out", &out, "--opt", "allow=all"]), ["file", "file"]);
    write("a.proto", "message M { int32 id = 1; string added = 2; }");
    assert!(run(&["diff", "--against", &set, "--opt", "allow=all"]).iter().all(|kind| kind == "change"));
    write(
        "a.proto",
        "import \"google/api/annotations.proto\";\nmessage M {}\nservice S { rpc Get(M) returns (M) { option (google.api.http) = {get: \"/v1\"}; } }",
    );
    assert!(run(&["routes"]).contains(&"route".to_owned()));
}

/// The files that a command changes in a project are objects, with and without `--diff`.
#[test]
fn changed_files_of_a_project_are_objects() {
    let folder = TempDir::new().expect("a folder");
    let project = folder.path().join("shop").to_string_lossy().into_owned();
    let runtime = repository().join("rust-svc").to_string_lossy().into_owned();
    stdout_of(&program(&["new", &project, "--yes", "--runtime-path", &runtime, "--format", "json"]));
    let add = |arguments: &[&str]| types(&[&["add"], arguments, &["--project", &project, "--format", "json"]].concat());
    assert!(add(&["service", "shop.v1.StockService", "--diff"]).contains(&"file".to_owned()));
    assert!(add(&["service", "shop.v1.StockService"]).contains(&"file".to_owned()));
    assert!(add(&["rpc", "shop.v1.StockService.Count"]).contains(&"file".to_owned()));
    assert_eq!(add(&["rpc", "shop.v1.StockService.Count"]), [""; 0]);
    assert_eq!(add(&["rpc", "Count"]), ["diagnostic"]);
    assert_eq!(add(&["rpc", "shop.v1.StokcService.Get"]), ["diagnostic"]);
}

/// Failures that concern no contract are diagnostics, too.
#[test]
fn every_failure_is_a_diagnostic() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (place, out, bad) = (path(""), path("out"), path("bad.toml"));
    fs::write(path("a.proto"), "syntax = \"proto3\";\nmessage M {}").expect("a file");
    fs::write(&bad, "out = 1").expect("a file");
    fs::write(path("set.binpb"), "text").expect("a file");
    fs::write(path("occupied"), "").expect("a file");
    let (set, below, occupied) = (path("set.binpb"), path("no/folder"), path("occupied"));
    for (arguments, message) in [
        (&["generate", "--out", &out][..], "no .proto files"),
        (&["generate", "-I", &place, "a.proto"], "no directory for the generated code"),
        (&["generate", "-I", &place, "--out", &out, "missing.proto"], "no such file in --proto-path"),
        (&["generate", "-I", &below, "--out", &out, "a.proto"], "no"),
        (&["generate", "-I", &place, "--out", &occupied, "a.proto"], "exists"),
        (&["generate", "--config", &bad], "`out` is not a string"),
        (&["generate", "--config", &below], "No such file"),
        (&["generate", "--descriptor-set", &set, "--out", &out], "not a FileDescriptorSet"),
        (&["generate", "-I", &place, "--otu", &out, "a.proto"], "unexpected argument '--otu'"),
        (&["generate", "-I", &place, "--protoc=/no/protoc", "--out", &out, "a.proto"], "cannot start"),
        (&["check", "-I", &place, "--out", &below, "a.proto"], "No such file"),
        (&["diff", "-I", &place, "--against", "main", "a.proto"], "not in a git repository"),
        (&["routes"], "no .proto files"),
        (&["add", "service", "Shop", "--project", &below], "no/folder"),
        (&["add", "rpc", "Get"], "no service in `Get`"),
        (&["new", &out, "--proto", &path("missing.proto")], "missing.proto"),
        (&["generat"], "unrecognized subcommand 'generat'"),
    ] {
        let output = program(&[arguments, &["--format", "json"]].concat());
        assert!(!output.status.success() && output.stderr.is_empty(), "{arguments:?}: {output:?}");
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(kinds(&lines).iter().all(|kind| kind == "diagnostic") && lines.contains(message), "{lines}");
    }
}

/// Values that the schema excludes.
#[test]
fn other_values_are_invalid() {
    let schema = serde_json::json!({"type": "object", "properties": {"a": {"enum": ["x"]}, "n": {"type": "integer", "minimum": 1}}, "required": ["a"]});
    for (value, expected) in [
        (serde_json::json!({"a": "x", "n": 1}), true),
        (serde_json::json!({"a": "y"}), false),
        (serde_json::json!({"n": 1}), false),
        (serde_json::json!({"a": "x", "b": 1}), false),
        (serde_json::json!({"a": "x", "n": 0}), false),
    ] {
        assert_eq!(is_valid(&schema, &value), expected, "{value}");
    }
}
