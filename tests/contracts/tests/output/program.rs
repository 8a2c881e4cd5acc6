//! The programs that tests start: ours, built as a user builds it, and the real protoc.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

/// The path of `protoc-gen-rust-svc`, built from the current sources.
pub(crate) static PROGRAM: LazyLock<PathBuf> = LazyLock::new(build);

fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package=protoc-gen-rust-svc", "--message-format=json-render-diagnostics"]);
    let built =
        stdout_of(&cargo.current_dir(harness::repository()).stderr(Stdio::inherit()).output().expect("cargo runs"));
    let (_, path) = built.rsplit_once(r#""executable":""#).expect("cargo says what it built");
    path.split('"').next().expect("the path has an end").replace(r"\\", r"\").into()
}

/// Runs our program.
pub(crate) fn program(arguments: &[&str]) -> Output {
    Command::new(&*PROGRAM).args(arguments).stdin(Stdio::null()).output().expect("the program runs")
}

/// Runs our program as a plugin on these bytes.
pub(crate) fn plugin(request: &[u8]) -> Output {
    let piped = || Stdio::piped();
    let command = Command::new(&*PROGRAM).stdin(piped()).stdout(piped()).stderr(piped()).spawn();
    let mut child = command.expect("the program runs");
    child.stdin.take().expect("it is piped").write_all(request).expect("the program reads it all");
    child.wait_with_output().expect("the program ends")
}

/// Runs the real protoc on files in `folder`, with our own contracts as imports.
pub(crate) fn protoc(folder: &Path, arguments: &[&str], files: &[&str]) -> Output {
    let mut command = Command::new(protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine"));
    for folder in [folder, &harness::repository().join("proto"), &protoc_include()] {
        command.arg(format!("--proto_path={}", folder.display()));
    }
    command.arg(format!("--plugin=protoc-gen-rust-svc={}", PROGRAM.display()));
    command.args(arguments).args(files).current_dir(folder).output().expect("protoc runs")
}

/// The folder of the files that come with protoc.
pub(crate) fn protoc_include() -> PathBuf {
    protoc_bin_vendored::include_path().expect("they lie beside it")
}

/// The standard output of a program. Panics if it failed.
pub(crate) fn stdout_of(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr_of(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The standard error.
pub(crate) fn stderr_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
