//! The command line of the program.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, SystemTime},
};

use harness::{contracts, generate, tree};
use tempfile::{NamedTempFile, TempDir};

use crate::program::{PROGRAM, plugin, program, protoc, stderr_of, stdout_of};

fn run_generate(out: &Path, further: &[&str]) -> Output {
    let folder = contracts().join("golden");
    let arguments = ["generate", "--proto-path", &folder.to_string_lossy(), "--out", &out.to_string_lossy()];
    program(&[&arguments[..], further].concat())
}

fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", stderr_of(output));
    stderr_of(output)
}

#[test]
fn version_and_help_are_printed() {
    assert_eq!(stdout_of(&program(&["--version"])), format!("protoc-gen-rust-svc {}\n", env!("CARGO_PKG_VERSION")));
    let help = stdout_of(&program(&["--help"]));
    assert!(help.contains("generate") && help.contains("--version"), "{help}");
    let help = stdout_of(&program(&["generate", "--help"]));
    assert!(
        ["--proto-path", "--descriptor-set", "--out", "--opt"].iter().all(|option| help.contains(option)),
        "{help}"
    );
}

/// Misuse is reported in one line, without a backtrace.
#[test]
fn an_empty_request_fails_with_one_line() {
    let output = plugin(b"");
    let stderr = failure(&output);
    assert!(stderr.lines().count() == 1 && stderr.contains("--help"), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn generate_needs_no_other_program() {
    let out = TempDir::new().expect("a folder can be made");
    let options = ["--opt", "types=proto", "--opt", "emit=fake", "--opt", "allow=no-deadline"];
    let output = run_generate(out.path(), &[&["user.proto"], &options[..]].concat());
    assert_eq!(stdout_of(&output) + &stderr_of(&output), "");
    let expected = generate(&contracts().join("golden"), &["user.proto"], "types=proto,emit=fake").0.expect("valid");
    assert_eq!(tree(out.path()), expected);
}

/// A build script may name files from the root and from its crate.
#[test]
fn files_are_found_from_the_root_and_the_working_directory() {
    let folder = contracts().join("golden");
    let file = folder.join("user.proto");
    for (folder, file) in [("golden", &*file.to_string_lossy()), (&folder.to_string_lossy(), "golden/user.proto")] {
        let out = TempDir::new().expect("a folder can be made");
        let target = out.path().to_string_lossy();
        let arguments = ["generate", "--proto-path", folder, "--out", &target, "--opt", "allow=all", file];
        assert_eq!(stderr_of(&program(&arguments)), "");
        assert!(tree(out.path()).contains_key("user/v1/domain.rs"), "{:?}", tree(out.path()).keys());
    }
    let outside = ["generate", "--proto-path", "golden", "--out", "none", "/of/somebody/else.proto"];
    assert!(failure(&program(&outside)).contains("error: no such file in --proto-path golden"));
}

/// A lint is a warning, silent or an error, by its level.
#[test]
fn lints_have_levels() {
    let out = TempDir::new().expect("a folder can be made");
    let lint = |option: &str| run_generate(out.path(), &["chat.proto", "--opt", option]);
    let denied = failure(&lint("deny=all,allow=no-idempotency-key"));
    assert!(denied.contains("chat.proto:9:3: error[W0602]: no deadline: "), "{denied}");
    assert!(tree(out.path()).is_empty());
    let output = lint("warn=all");
    stdout_of(&output);
    assert_eq!(stderr_of(&output), denied.replace("error[", "warning["));
    let output = lint("allow=W0602,no-idempotency-key");
    assert_eq!(stdout_of(&output) + &stderr_of(&output), "");
    // Messages alone have no calls.
    let output = lint("emit=pb+openapi");
    assert_eq!(stdout_of(&output) + &stderr_of(&output), "");
    assert!(stdout_of(&program(&["explain", "no-deadline"])).starts_with("W0602: method without a deadline"));
}

/// A build system would rebuild after a newer modification time.
#[test]
fn unchanged_files_are_not_written_again() {
    let out = TempDir::new().expect("a folder can be made");
    stdout_of(&run_generate(out.path(), &["chat.proto"]));
    let old = SystemTime::now() - Duration::from_secs(3600);
    let domain = out.path().join("chat/v1/domain.rs");
    let client = out.path().join("chat/v1/client.rs");
    fs::write(&client, "stale").expect("the file can be written");
    for path in [&domain, &client] {
        let file = fs::File::options().write(true).open(path).expect("the file is there");
        file.set_modified(old).expect("the time can be set");
    }
    stdout_of(&run_generate(out.path(), &["chat.proto"]));
    let modified = |path: &Path| fs::metadata(path).expect("the file is there").modified().expect("it has a time");
    assert_eq!(modified(&domain), old);
    assert!(modified(&client) > old, "a stale file is left");
}

#[test]
fn an_error_is_printed_and_nothing_is_written() {
    let out = TempDir::new().expect("a folder can be made");
    let cases = [
        (&["no_such.proto"][..], "no_such.proto: error: no such file"),
        (&["chat.proto", "--opt", "emti=fake"], "the options are emit,"),
    ];
    for (arguments, message) in cases {
        let stderr = failure(&run_generate(out.path(), arguments));
        assert!(stderr.contains(message) && stderr.contains("help: "), "{stderr}");
    }
    let set = contracts().join("golden/chat.proto");
    let arguments = ["generate", "--descriptor-set", &set.to_string_lossy(), "--out", &out.path().to_string_lossy()];
    assert!(failure(&program(&arguments)).contains("chat.proto: error: the file is not a FileDescriptorSet"));
    let empty = NamedTempFile::new().expect("a file can be made");
    let arguments =
        ["generate", "--descriptor-set", &empty.path().to_string_lossy(), "--out", &out.path().to_string_lossy()];
    assert!(failure(&program(&arguments)).contains("error: the descriptor set is empty\n  help: "));
    assert!(tree(out.path()).is_empty());
}

/// A file that is not UTF-8 matters only where a file would be generated.
#[test]
fn check_handles_files_that_are_not_utf8() {
    let out = TempDir::new().expect("a folder can be made");
    stdout_of(&run_generate(out.path(), &["chat.proto"]));
    let folder = contracts().join("golden");
    let arguments = ["check", "--proto-path", &folder.to_string_lossy(), "--out", &out.path().to_string_lossy()];
    let check = || program(&[&arguments[..], &["chat.proto"]].concat());
    fs::write(out.path().join("other.rs"), [0xff]).expect("the file can be written");
    stdout_of(&check());
    let client = out.path().join("chat/v1/client.rs");
    let text = fs::read(&client).expect("the file is there");
    fs::write(&client, [&text[..], &[0xff]].concat()).expect("the file can be written");
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.contains("client.rs: edited by hand") && !found.contains("other.rs"), "{found}");
}

/// The error contains the path.
#[test]
fn an_unwritable_file_is_named() {
    let out = TempDir::new().expect("a folder can be made");
    fs::write(out.path().join("chat"), "").expect("the file can be written");
    let stderr = failure(&run_generate(out.path(), &["chat.proto"]));
    assert!(stderr.contains("chat/mod.rs: error: "), "{stderr}");
}

/// Runs the program with a reader that does not read.
fn unread(arguments: &[&str], out: Stdio, complaints: Stdio) -> Child {
    let mut command = Command::new(&*PROGRAM);
    command.args(arguments).stdout(out).stderr(complaints);
    command.spawn().expect("the program can be started")
}

/// A reader such as `head` closes the pipe early.
#[test]
fn a_closed_pipe_is_not_a_failure() {
    for arguments in [&["explain"][..], &["explain", "E0202"]] {
        let (reader, writer) = io::pipe().expect("a pipe can be made");
        drop(reader);
        let output = unread(arguments, writer.into(), Stdio::piped()).wait_with_output().expect("it ends");
        assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr_of(&output));
    }
}

/// Files are written, also when the reader of the warnings is gone.
#[test]
fn files_are_written_though_stderr_is_closed() {
    let out = TempDir::new().expect("a folder can be made");
    let (folder, target) = (contracts().join("golden"), out.path().to_string_lossy().into_owned());
    let folder = folder.to_string_lossy();
    let (reader, writer) = io::pipe().expect("a pipe can be made");
    drop(reader);
    let arguments = ["generate", "--proto-path", &folder, "--out", &target, "chat.proto"];
    let status = unread(&arguments, Stdio::piped(), writer.into()).wait().expect("it ends");
    assert!(status.success() && !tree(out.path()).is_empty(), "{status}");
}

/// protoc compiles editions, which the built-in reader does not. Its errors have positions.
#[test]
fn protoc_compiles_files_on_request() {
    let path = protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine");
    let protoc = format!("--protoc={}", path.display());
    let folder = TempDir::new().expect("a folder");
    let write = |text: &str| fs::write(folder.path().join("a.proto"), text).expect("a file");
    let out = TempDir::new().expect("a folder");
    let place = folder.path().to_string_lossy().into_owned();
    let run = |more: &[&str]| {
        let out = out.path().to_string_lossy().into_owned();
        program(&[&["generate", "-I", &place, "--out", &out, "a.proto"][..], more].concat())
    };
    write("edition = \"2023\";\npackage a.v1;\nimport \"rust_svc/v1/options.proto\";\nmessage M { string id = 1; }\n");
    let without = Command::new(&*PROGRAM)
        .args(["generate", "-I", &place, "--out", &place, "a.proto"])
        .env_remove("PROTOC")
        .env("PATH", "")
        .output()
        .expect("it runs");
    assert!(failure(&without).starts_with("a.proto:1:1: error: the built-in reader does not support editions\n"));
    stdout_of(&run(&[&protoc]));
    assert!(out.path().join("a/v1/domain.rs").is_file());
    write("edition = \"2023\";\nmessage M { N id = 1; }\n");
    let text = failure(&run(&[&protoc]));
    assert!(text.starts_with("a.proto:2:13: error: \"N\" is not defined."), "{text}");
}

/// A project may have contracts of an edition, if protoc is installed.
#[test]
fn projects_may_have_contracts_of_an_edition() {
    let protoc = protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine");
    let home = TempDir::new().expect("a folder");
    let run = |folder: &str, arguments: &[&str]| {
        let mut command = Command::new(&*PROGRAM);
        let output = command.args(arguments).env("PROTOC", &protoc).current_dir(home.path().join(folder)).output();
        stdout_of(&output.expect("it runs"))
    };
    for edition in ["2023", "2024"] {
        let contract = format!(
            "edition = \"{edition}\";\npackage shop.v1;\nservice Shop {{\n  rpc Get(Item) returns (Item);\n}}\n\
             message Item {{ string name = 1; }}\n"
        );
        fs::write(home.path().join("shop.proto"), &contract).expect("a file");
        let project = format!("shop-{edition}");
        run(".", &["new", &project, "--proto", "shop.proto", "--runtime-git", "https://git.example/rust-svc.git"]);
        run(&project, &["check"]);
        run(&project, &["add", "rpc", "Shop.Find", "--response", "google.protobuf.Empty"]);
        run(&project, &["add", "service", "stock.v1.Stock"]);
        run(&project, &["add", "rpc", "Stock.Count", "--server-streaming"]);
        run(&project, &["check"]);
        assert_eq!(run(&project, &["scaffold", "--sync"]), "every method is implemented\n");
        let text = |path: &str| fs::read_to_string(home.path().join(&project).join(path)).expect("text");
        let stock = text("proto/stock/v1/stock.proto");
        assert!(stock.starts_with(&format!("edition = \"{edition}\";\n\npackage stock.v1;\n")), "{stock}");
        let shop = text("proto/shop/v1/shop.proto");
        assert!(shop.contains("package shop.v1;\n\nimport \"google/protobuf/empty.proto\";\n"), "{shop}");
        assert!(text("src/service/stock.rs").contains("async fn count("));
    }
}

/// Editors and CI read diagnostics and reports as JSON.
#[test]
fn output_may_be_json() {
    let folder = TempDir::new().expect("a folder");
    let write =
        |text: &str| fs::write(folder.path().join("a.proto"), format!("syntax = \"proto3\";\n{text}")).expect("a file");
    let place = folder.path().to_string_lossy().into_owned();
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let run = |command: &[&str]| {
        let output = program(&[command, &["-I", &place, "--format", "json", "a.proto"]].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), stderr_of(&output))
    };
    write("message M { N n = 1; }");
    let line = "{\"type\":\"diagnostic\",\"severity\":\"error\",\"file\":\"a.proto\",\"line\":2,\"column\":13,\
                \"message\":\"name `N` is not defined\",\"help\":\"declare it, or import the file that does\"}\n";
    assert_eq!(run(&["generate", "--out", &out]), (Some(1), line.to_owned(), String::new()));
    write("message M { string id = 1; }\nservice S { rpc Get(M) returns (M); }");
    let (code, lines, _) = run(&["generate", "--out", &out]);
    assert!(code == Some(0) && lines.contains("\"severity\":\"warning\",\"code\":\"W0602\""), "{lines}");
    fs::write(Path::new(&out).join("mod.rs"), "// Another file.").expect("a file");
    let (code, lines, _) = run(&["check", "--out", &out, "--opt", "allow=all"]);
    assert!(
        code == Some(1) && lines.starts_with("{\"type\":\"file\",\"file\":\"") && lines.lines().count() == 1,
        "{lines}"
    );
    let set = folder.path().join("before.binpb");
    let set = set.to_string_lossy();
    stdout_of(&protoc(folder.path(), &["--include_source_info", &format!("--descriptor_set_out={set}")], &["a.proto"]));
    write("message M { int32 id = 1; }\nservice S { rpc Get(M) returns (M); }");
    let (code, lines, _) = run(&["diff", "--against", &set]);
    assert!(
        code == Some(1)
            && lines.starts_with("{\"type\":\"change\",\"contract\":\"after\",\"file\":\"a.proto\",\"line\":2,"),
        "{lines}"
    );
    assert!(lines.contains("\"rust\":\"breaking\",\"wire\":\"breaking\",\"http\":\"breaking\"}\n"), "{lines}");
}
