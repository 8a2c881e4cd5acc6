//! The output is the same for descriptors of the built-in reader and of protoc.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use harness::contracts;
use prost::Message as _;
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    generate,
    options::Options,
    read::{
        Input,
        compile::{CompileError, compile},
    },
    render::Files,
};
use tempfile::NamedTempFile;

use crate::program::{PROGRAM, protoc, stderr_of, stdout_of};

/// Whether the built-in reader rejects a file.
fn needs_protoc(text: &str) -> bool {
    text.contains("// by: protoc") || text.lines().any(|line| line.starts_with("edition = "))
}

#[test]
fn the_built_in_reader_agrees_with_protoc() {
    let folder = contracts().join("edge_cases");
    let names = fs::read_dir(&folder).expect("it is there").map(|entry| entry.expect("readable").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(".proto"));
    let text = |name: &String| fs::read_to_string(folder.join(name)).expect("it is a text");
    let is_for_both = |name: &String| !needs_protoc(&text(name));
    let names: Vec<_> = names.filter(is_for_both).collect();
    assert!(names.len() > 35, "the cases are gone");
    for name in names {
        let built_in = compile(std::slice::from_ref(&folder), &[PathBuf::from(&name)]).expect("valid");
        let (ours, theirs) = (printed(&built_in), printed(&by_protoc(&folder, &name)));
        assert!(ours.keys().eq(theirs.keys()), "{name}");
        for (file, text) in &ours {
            assert!(*text == theirs[file], "{name}: {file} differs:\n{text}\nprotoc:\n{}", theirs[file]);
        }
    }
}

/// The first of very many errors are reported one by one, and the others by their number. Each search of all positions for
/// each error would take minutes.
#[test]
fn very_many_errors_of_a_file_are_counted() {
    for (line, place) in [
        ("Unknown{n} f{n} = {n};", "name `Unknown1` is not defined"),
        ("string f{n} = 1;", "field number `1` is already used"),
        ("string f = {n};", "is defined twice"),
        ("string f{n} = {n} [(none) = 1];", "name `none` is not defined"),
        ("string f{n} = {n} [deprecated = 1];", "expected"),
        ("} message M{n} { reserved 1; string f = 1;", "conflicts with reserved range"),
    ] {
        for end in ["\n", " "] {
            let error = error_of(line, end);
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("a.proto:") && first.contains(place), "{line}: {first}");
            assert!((100..500).contains(&text.lines().count()), "{line}: {text}");
            assert!(text.contains(" more errors ") && text.contains("\n  help: correct the "), "{text}");
        }
    }
}

/// The errors of a message with very many fields.
fn error_of(line: &str, end: &str) -> CompileError {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let fields: String = (1..15_000).map(|number| line.replace("{n}", &number.to_string()) + end).collect();
    let text = format!("syntax = \"proto3\"; message M {{{end}{fields}}}");
    fs::write(folder.path().join("a.proto"), text).expect("a file can be written");
    compile(&[folder.path().to_owned()], &["a.proto".into()]).expect_err("many errors")
}

/// The output is bounded, and the errors of other kinds are not hidden.
#[test]
fn very_many_errors_of_one_kind_are_printed_in_part() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let route = |number: usize| {
        format!("rpc Get{number}(M) returns (M) {{ option (google.api.http) = {{get: \"x{number}\"}}; }}\n")
    };
    let methods: String = (0..3_000).map(route).collect();
    let head = "syntax = \"proto3\"; package a.v1; import \"google/api/annotations.proto\"; message M {}";
    fs::write(folder.path().join("a.proto"), format!("{head} service S {{\n{methods}}}"))
        .expect("a file can be written");
    let input = compile(&[folder.path().to_owned()], &["a.proto".into()]).expect("valid");
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("allow=all,types=none", &mut diagnostics);
    generate(&input, &options, &mut diagnostics).expect("it can be printed");
    let text = diagnostics.errors();
    assert!(text.lines().count() < 400 && text.contains("unknown value `none`"), "{text}");
    assert!(text.contains(": 2900 more of these\n  help: correct the errors above first\n"), "{text}");
}

/// buf marks imported files in its descriptor sets. The marks are not part of the contract.
#[test]
fn fields_that_only_buf_sets_do_not_change_the_output() {
    let folder = contracts().join("golden");
    let bytes = set_by_protoc(&folder, "user.proto");
    let mut set = FileDescriptorSet::decode(&*bytes).expect("a set");
    set.file.iter_mut().for_each(|file| file.extend(BUF));
    let input = |bytes: &[u8]| Input::from_descriptor_set(bytes, vec!["user.proto".to_owned()]).expect("valid");
    assert_eq!(printed(&input(&set.encode_to_vec())), printed(&input(&bytes)));
}

/// Field 8042, which contains a message.
const BUF: [u8; 6] = [0xd2, 0xf6, 0x03, 0x02, 0x08, 0x00];

/// A descriptor set with encoded files.
#[derive(prost::Message)]
struct FileDescriptorSet {
    #[prost(bytes, repeated, tag = 1)]
    file: Vec<Vec<u8>>,
}

/// Errors of protoc name a file as imports do, not by its path.
#[test]
fn errors_of_protoc_have_import_names() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join("proto")).expect("a folder can be made");
    fs::write(folder.path().join("proto/a.proto"), "edition = \"2099\";\n").expect("a file can be written");
    let vendored = protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine");
    let mut command = Command::new(&*PROGRAM);
    command.args(["generate", "--out", "out", "-I", "proto", "a.proto"]).env("PROTOC", vendored);
    let error = stderr_of(&command.current_dir(folder.path()).output().expect("it runs"));
    assert!(error.starts_with("a.proto:1:11: error: Unknown edition \"2099\""), "{error}");
}

/// The protoc in `OLD_PROTOC` runs the plugin. protoc 2.6.1 is the oldest that was tried; it knows proto2 alone.
#[test]
fn an_old_protoc_runs_the_plugin() {
    let Some(old) = env::var_os("OLD_PROTOC") else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = "syntax = \"proto2\";\npackage a.v1;\n// A thing.\nmessage M { optional string a = 1; oneof o { int64 b = 2; } }\nenum K { ONE = 1; }\nservice S { rpc Get(M) returns (M); }\n";
    fs::write(folder.path().join("a.proto"), text).expect("a file can be written");
    let mut command = Command::new(old);
    command.arg(format!("--plugin=protoc-gen-rust-svc={}", PROGRAM.display())).arg("--rust-svc_out=allow=all:.");
    stdout_of(&command.arg("a.proto").current_dir(folder.path()).output().expect("it runs"));
    let built_in = printed(&compile(&[folder.path().to_owned()], &["a.proto".into()]).expect("valid"));
    for (file, text) in built_in.iter().filter(|(file, _)| file.starts_with("a/")) {
        let theirs = without_comments(&fs::read_to_string(folder.path().join(file)).expect("it is generated"));
        assert!(theirs == *text, "{file} differs:\n{text}\nthe old protoc:\n{theirs}");
    }
}

fn by_protoc(folder: &Path, name: &str) -> Input {
    Input::from_descriptor_set(&set_by_protoc(folder, name), vec![name.to_owned()]).expect("valid")
}

fn set_by_protoc(folder: &Path, name: &str) -> Vec<u8> {
    let set = NamedTempFile::new().expect("a file can be made");
    let descriptor_set = format!("--descriptor_set_out={}", set.path().display());
    stdout_of(&protoc(folder, &["--include_imports", "--include_source_info", &descriptor_set], &[name]));
    fs::read(set.path()).expect("it is there")
}

/// The code without comments, which compilers attach differently.
fn printed(input: &Input) -> Files {
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("allow=all", &mut diagnostics);
    let files = generate(input, &options, &mut diagnostics).expect("it can be printed");
    assert!(!diagnostics.has_errors(), "{}", diagnostics.errors());
    files.into_iter().map(|(name, text)| (name, without_comments(&text))).collect()
}

fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| format!("{line}\n")).collect()
}
