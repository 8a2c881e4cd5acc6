//! `protoc-gen-rust-svc migrate rest`. `UPDATE_GOLDEN=1` rewrites the expected contract.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use protoc_gen_rust_svc::project::openapi::migrate;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/migrate");

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    command.args(arguments).current_dir(folder).output().expect("a program")
}

#[test]
fn a_description_becomes_a_contract() {
    let output = run(Path::new(FOLDER), &["migrate", "rest", "pets.yaml"]);
    let text =
        String::from_utf8(output.stdout).expect("text") + "\n/* " + &String::from_utf8_lossy(&output.stderr) + "*/\n";
    let golden = Path::new(FOLDER).join("pets.proto");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &text).expect("a file");
    }
    assert_eq!(text, fs::read_to_string(golden).expect("text"));
}

/// The contract compiles, and its routes are valid.
#[test]
fn a_project_starts_with_the_contract() {
    let home = tempfile::tempdir().expect("a folder");
    let description = format!("{FOLDER}/pets.yaml");
    let arguments = ["migrate", "rest", &description, "--package", "pets.v1", "--out", "pets.proto"];
    assert!(run(home.path(), &arguments).status.success());
    assert!(!run(home.path(), &arguments).status.success(), "files are not overwritten");
    let new = ["new", "pets", "--proto", "pets.proto", "--runtime-git", "https://git.example/rust-svc.git"];
    let output = run(home.path(), &new);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(home.path().join("pets/src/generated/pets/v1/gateway.rs").exists());
}

fn refused(text: &str) -> String {
    migrate("api.yaml", text, None).expect_err("not a description").to_string()
}

#[test]
fn other_files_are_errors() {
    for (text, start) in [
        ("openapi: 3.0.0\npaths: {}\n", "api.yaml:1:1: error: no operations\n  help: "),
        ("swagger: '2.0'\n", "api.yaml:1:1: error: Swagger 2.0 is not supported\n  help: "),
        ("- 1\n", "api.yaml:1:1: error: not an OpenAPI description"),
        ("a: b: c\n", "api.yaml:1:"),
        ("", "api.yaml: error: 0 documents, not one"),
    ] {
        let error = refused(text);
        assert!(error.starts_with(start), "{error}");
    }
    for deep in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        assert!(refused(&deep).contains("nested too deeply"));
    }
}

fn operation(response: &str, schemas: &str) -> String {
    let content = format!("{{content: {{application/json: {{schema: {response}}}}}}}");
    format!(
        "openapi: 3.1.0\npaths: {{/a: {{get: {{responses: {{'200': {content}}}}}}}}}\ncomponents: {{schemas: {schemas}}}\n"
    )
}

/// References may lead to each other, and names may collide.
#[test]
fn schemas_may_be_recursive_and_named_alike() {
    for (response, schemas, expected) in [
        (
            "{$ref: '#/components/schemas/A'}",
            "{A: {$ref: '#/components/schemas/A'}}",
            "google.protobuf.Value result = 1;",
        ),
        (
            "{$ref: '#/components/schemas/A'}",
            "{A: {allOf: [{$ref: '#/components/schemas/A'}, {properties: {b: {type: string}}}]}}",
            "A a = 1;",
        ),
        (
            "{$ref: '#/components/schemas/A'}",
            "{A: {type: array, items: {$ref: '#/components/schemas/A'}}}",
            "repeated google.protobuf.Value",
        ),
        (
            "{$ref: '#/components/schemas/GetAResponse'}",
            "{GetAResponse: {properties: {b: {type: [string, 'null']}}}}",
            "GetAResponse2 get_a_response2 = 1;",
        ),
        ("{$ref: 'other.yaml#/A'}", "{}", "google.protobuf.Value result = 1;"),
        ("{properties: {b: {type: string}, B: {type: string}}}", "{}", "optional string b2 = 2 [json_name = \"B\"];"),
        ("true", "{}", "google.protobuf.Value result = 1;"),
    ] {
        let migrated = migrate("api.yaml", &operation(response, schemas), None).expect("a description");
        assert!(migrated.text.contains(expected), "{}", migrated.text);
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join("api.proto"), &migrated.text).expect("a file");
        let output = run(home.path(), &["generate", "--out", "out", "api.proto"]);
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), migrated.text);
    }
}

#[test]
fn wrong_arguments_are_errors() {
    let home = tempfile::tempdir().expect("a folder");
    let description = format!("{FOLDER}/pets.yaml");
    fs::write(home.path().join("taken.proto"), "").expect("a file");
    fs::write(home.path().join("latin.yaml"), b"openapi: 3.0.0\ninfo: {title: \xe9}\n").expect("a file");
    for (arguments, text) in [
        (&[&description[..], "--package", "Pets v1"][..], "error: invalid package `Pets v1`\n  help: "),
        (&[&description, "--out", "taken.proto"], "taken.proto: error: cannot write: "),
        (&["missing.yaml"], "missing.yaml: error: cannot read: "),
        (&["latin.yaml"], "latin.yaml:2:15: error: invalid UTF-8\n  help: "),
    ] {
        let output = run(home.path(), &[&["migrate", "rest"], arguments].concat());
        let error = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success() && error.starts_with(text) && error.contains("\n  help: "), "{error}");
    }
    let output = run(home.path(), &["migrate", "rest", &description, "--out", "pets.proto"]);
    let next = String::from_utf8(output.stdout).expect("text");
    assert_eq!(next, "wrote pets.proto\n\nnext:\n  protoc-gen-rust-svc new DIR --proto pets.proto\n");
}
