//! The program as a shell sees it.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, SystemTime},
};

use harness::{contracts, generate, tree};
use tempfile::{NamedTempFile, TempDir};

use crate::program::{PROGRAM, complained, plugin, program, said};

fn run_generate(out: &Path, further: &[&str]) -> Output {
    let folder = contracts().join("golden");
    let arguments = ["generate", "--proto-path", &folder.to_string_lossy(), "--out", &out.to_string_lossy()];
    program(&[&arguments[..], further].concat())
}

fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", complained(output));
    complained(output)
}

#[test]
fn it_says_what_it_is() {
    assert_eq!(said(&program(&["--version"])), format!("protoc-gen-rust-svc {}\n", env!("CARGO_PKG_VERSION")));
    let help = said(&program(&["--help"]));
    assert!(help.contains("generate") && help.contains("--version"), "{help}");
    let help = said(&program(&["generate", "--help"]));
    assert!(
        ["--proto-path", "--descriptor-set", "--out", "--opt"].iter().all(|option| help.contains(option)),
        "{help}"
    );
}

/// Misuse is answered by one line, not with silence or a backtrace.
#[test]
fn nothing_at_all_is_no_request() {
    let output = plugin(b"");
    let said = failure(&output);
    assert!(said.lines().count() == 1 && said.contains("--help"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn it_generates_with_nothing_else_installed() {
    let out = TempDir::new().expect("a folder can be made");
    let options = ["--opt", "types=proto", "--opt", "emit=fake", "--opt", "allow=no-deadline"];
    let output = run_generate(out.path(), &[&["user.proto"], &options[..]].concat());
    assert_eq!(said(&output) + &complained(&output), "");
    let expected = generate(&contracts().join("golden"), &["user.proto"], "types=proto,emit=fake").0.expect("valid");
    assert_eq!(tree(out.path()), expected);
}

/// A build script names files from the root and from its crate, in whatever mixture.
#[test]
fn a_file_is_found_from_the_root_and_from_here() {
    let folder = contracts().join("golden");
    let file = folder.join("user.proto");
    for (folder, file) in [("golden", &*file.to_string_lossy()), (&folder.to_string_lossy(), "golden/user.proto")] {
        let out = TempDir::new().expect("a folder can be made");
        let target = out.path().to_string_lossy();
        let arguments = ["generate", "--proto-path", folder, "--out", &target, "--opt", "allow=all", file];
        assert_eq!(complained(&program(&arguments)), "");
        assert!(tree(out.path()).contains_key("user/v1/domain.rs"), "{:?}", tree(out.path()).keys());
    }
    let outside = ["generate", "--proto-path", "golden", "--out", "none", "/of/somebody/else.proto"];
    assert!(failure(&program(&outside)).contains("error: no such file in --proto-path golden"));
}

/// What a lint finds is said, or not, or refused, as the team wants it.
#[test]
fn lints_have_levels() {
    let out = TempDir::new().expect("a folder can be made");
    let lint = |option: &str| run_generate(out.path(), &["chat.proto", "--opt", option]);
    let denied = failure(&lint("deny=all,allow=no-idempotency-key"));
    assert!(denied.contains("chat.proto:9:3: error[W0602]: no deadline: "), "{denied}");
    assert!(tree(out.path()).is_empty());
    let output = lint("warn=all");
    said(&output);
    assert_eq!(complained(&output), denied.replace("error[", "warning["));
    let output = lint("allow=W0602,no-idempotency-key");
    assert_eq!(said(&output) + &complained(&output), "");
    assert!(said(&program(&["explain", "no-deadline"])).starts_with("W0602: method without a deadline"));
}

/// A build system sees that nothing changed.
#[test]
fn unchanged_files_are_not_written_again() {
    let out = TempDir::new().expect("a folder can be made");
    said(&run_generate(out.path(), &["chat.proto"]));
    let old = SystemTime::now() - Duration::from_secs(3600);
    let domain = out.path().join("chat/v1/domain.rs");
    let client = out.path().join("chat/v1/client.rs");
    fs::write(&client, "stale").expect("the file can be written");
    for path in [&domain, &client] {
        let file = fs::File::options().write(true).open(path).expect("the file is there");
        file.set_modified(old).expect("the time can be set");
    }
    said(&run_generate(out.path(), &["chat.proto"]));
    let modified = |path: &Path| fs::metadata(path).expect("the file is there").modified().expect("it has a time");
    assert_eq!(modified(&domain), old);
    assert!(modified(&client) > old, "a stale file is left");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    let out = TempDir::new().expect("a folder can be made");
    let cases = [
        (&["no_such.proto"][..], "no_such.proto: error: no such file"),
        (&["chat.proto", "--opt", "emti=fake"], "the options are emit,"),
    ];
    for (arguments, message) in cases {
        let said = failure(&run_generate(out.path(), arguments));
        assert!(said.contains(message) && said.contains("help: "), "{said}");
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

/// A file that is no text is in nobody's way, unless one would be generated there.
#[test]
fn what_is_no_text_is_checked_too() {
    let out = TempDir::new().expect("a folder can be made");
    said(&run_generate(out.path(), &["chat.proto"]));
    let folder = contracts().join("golden");
    let arguments = ["check", "--proto-path", &folder.to_string_lossy(), "--out", &out.path().to_string_lossy()];
    let check = || program(&[&arguments[..], &["chat.proto"]].concat());
    fs::write(out.path().join("other.rs"), [0xff]).expect("the file can be written");
    said(&check());
    let client = out.path().join("chat/v1/client.rs");
    let text = fs::read(&client).expect("the file is there");
    fs::write(&client, [&text[..], &[0xff]].concat()).expect("the file can be written");
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.contains("client.rs: edited by hand") && !found.contains("other.rs"), "{found}");
}

/// A place that cannot be written to is named.
#[test]
fn a_file_in_the_way_is_named() {
    let out = TempDir::new().expect("a folder can be made");
    fs::write(out.path().join("chat"), "").expect("the file can be written");
    let said = failure(&run_generate(out.path(), &["chat.proto"]));
    assert!(said.contains("chat/mod.rs: error: "), "{said}");
}

/// Runs the program for somebody who does not read what it says.
fn unread(arguments: &[&str], out: Stdio, complaints: Stdio) -> Child {
    let mut command = Command::new(&*PROGRAM);
    command.args(arguments).stdout(out).stderr(complaints);
    command.spawn().expect("the program can be started")
}

/// Whoever reads may have enough before the end, as `head` has, which is no reason to panic.
#[test]
fn nobody_has_to_read_to_the_end() {
    for arguments in [&["explain"][..], &["explain", "E0202"]] {
        let (reader, writer) = io::pipe().expect("a pipe can be made");
        drop(reader);
        let output = unread(arguments, writer.into(), Stdio::piped()).wait_with_output().expect("it ends");
        assert!(output.status.success() && output.stderr.is_empty(), "{}", complained(&output));
    }
}

/// What is generated is written, whether or not anybody reads the warnings.
#[test]
fn warnings_need_no_reader() {
    let out = TempDir::new().expect("a folder can be made");
    let (folder, target) = (contracts().join("golden"), out.path().to_string_lossy().into_owned());
    let folder = folder.to_string_lossy();
    let (reader, writer) = io::pipe().expect("a pipe can be made");
    drop(reader);
    let arguments = ["generate", "--proto-path", &folder, "--out", &target, "chat.proto"];
    let status = unread(&arguments, Stdio::piped(), writer.into()).wait().expect("it ends");
    assert!(status.success() && !tree(out.path()).is_empty(), "{status}");
}
