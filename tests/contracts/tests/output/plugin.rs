//! The plugin as protoc sees it.

use std::{fs, path::Path, process::Output};

use harness::{contracts, generate, options_of, repository, tree};
use protoc_gen_rust_svc::render::Files;
use tempfile::TempDir;

use crate::{
    golden::CASES,
    program::{program, protoc, stderr_of, stdout_of},
};

/// The contracts of the example.
const EXAMPLE: &[&str] = &[
    "dispatch/v1/courier.proto",
    "dispatch/v1/dispatch.proto",
    "dispatch/v1/route.proto",
    "inventory/v1/inventory.proto",
    "order/v1/order.proto",
    "order/v1/tracking.proto",
];

/// Checks that the output through protoc is that of the library.
fn check(folder: &Path, files: &[&str], options: &str) {
    let out = TempDir::new().expect("a folder can be made");
    let arguments = [format!("--rust-svc_out={}", out.path().display()), format!("--rust-svc_opt={options}")];
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    stdout_of(&protoc(folder, &arguments[..if options.is_empty() { 1 } else { 2 }], files));
    let printed = tree(out.path());
    let expected = generate(folder, files, options).0.expect("valid");
    assert_eq!(printed.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{files:?}");
    for (name, content) in &expected {
        assert!(printed[name] == *content, "{files:?}: protoc writes another {name}");
    }
}

#[test]
fn protoc_writes_the_goldens() {
    CASES.iter().for_each(|(_, files, options)| check(&contracts().join("golden"), files, options));
}

#[test]
fn protoc_writes_the_example() {
    check(&repository().join("proto"), EXAMPLE, "");
}

/// Options may be given in one or in several arguments.
#[test]
fn options_reach_the_plugin() {
    let out = TempDir::new().expect("a folder can be made");
    let arguments = [&format!("--rust-svc_out=emit=fake:{}", out.path().display()), "--rust-svc_opt=types=proto"];
    stdout_of(&protoc(&contracts().join("golden"), &arguments, &["chat.proto"]));
    let expected = generate(&contracts().join("golden"), &["chat.proto"], "emit=fake,types=proto").0.expect("valid");
    assert_eq!(tree(out.path()), expected);
}

/// The output of protoc when the plugin reports an error: nothing is written then.
fn refusal(folder: &Path, file: &str, options: &str) -> String {
    let (output, written) = attempt(folder, file, options);
    assert_eq!(output.status.code(), Some(1), "{file} is not refused");
    assert!(written.is_empty(), "{file} is refused, but something is written");
    stderr_of(&output)
}

fn attempt(folder: &Path, file: &str, options: &str) -> (Output, Files) {
    let out = TempDir::new().expect("a folder can be made");
    let arguments = [&format!("--rust-svc_out={}", out.path().display()), &format!("--rust-svc_opt={options}")];
    let output = protoc(folder, &arguments.map(String::as_str), &[file]);
    (output, tree(out.path()))
}

/// Cases with errors of the compiler, which protoc reports in its own words or not at all.
const BY_READERS: &[&str] =
    &["camel_case", "json_names_alike", "missing_rules", "negative_name", "syntax_error", "unknown_type"];

/// The diagnostics through protoc are those of the library, with `file:line:column`.
#[test]
fn protoc_shows_every_diagnostic_at_its_place() {
    let folder = contracts().join("diagnostics");
    let own = |file: &str| !BY_READERS.contains(&file);
    for file in tree(&folder).keys().filter_map(|name| name.strip_suffix(".stderr")).filter(|file| own(file)) {
        let expected = fs::read_to_string(folder.join(file).with_extension("stderr")).expect("it is there");
        let options = options_of(&folder, &format!("{file}.proto"));
        // Diagnostics of options have no position in a file.
        assert!(expected.starts_with(&format!("{file}.proto:")) || !options.is_empty(), "{expected}");
        let (output, written) = attempt(&folder, &format!("{file}.proto"), &options);
        let stderr = stderr_of(&output);
        expected.lines().for_each(|line| assert!(stderr.contains(line), "protoc shows\n{stderr}\nwithout\n{line}"));
        let refused = expected.contains("error[");
        assert_eq!(output.status.code(), Some(refused.into()), "{file}");
        assert_eq!(written.is_empty(), refused, "{file}");
    }
}

#[test]
fn unknown_options_list_the_known_ones() {
    let folder = contracts().join("golden");
    let stderr = refusal(&folder, "chat.proto", "emti=fake,types=plain,emit=server");
    for part in [
        "unknown option `emti`",
        "did you mean `emit`? the options are emit, types, ",
        "domain and proto",
        "adapter, client, gateway",
    ] {
        assert!(stderr.contains(part), "{stderr}");
    }
}

/// The output for a descriptor set of protoc is that for the files.
#[test]
fn descriptor_sets_of_protoc_generate_the_same() {
    let out = TempDir::new().expect("a folder can be made");
    let set = out.path().join("set");
    let descriptor_set = format!("--descriptor_set_out={}", set.display());
    let arguments = ["--include_imports", "--include_source_info", &descriptor_set];
    stdout_of(&protoc(&repository().join("proto"), &arguments, EXAMPLE));
    let target = out.path().join("out");
    let arguments = ["generate", "--descriptor-set", &set.to_string_lossy(), "--out", &target.to_string_lossy()];
    stdout_of(&program(&[&arguments[..], EXAMPLE].concat()));
    let expected = generate(&repository().join("proto"), EXAMPLE, "include_imports=true").0.expect("valid");
    assert_eq!(tree(&target), expected);
}
