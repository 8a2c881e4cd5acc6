//! The project in a folder, as `doctor` sees it.

use std::{fs, path::Path};

use toml_edit::DocumentMut;

use super::finding::CheckResult;
use crate::{
    cli::{check::outdated, input::InputSource},
    options::OPTIONS_FILE,
};

const OPTIONS: &str = "options file";
const CODE: &str = "generated code";
const RUNTIME: &str = "runtime";

/// Checks the options file and the generated code.
pub(super) fn check_code(folder: &Path) -> Vec<CheckResult> {
    if !folder.join(OPTIONS_FILE).exists() {
        let help = "write one, so that the commands need no arguments; see the page Options of the user guide";
        return vec![CheckResult::optional(OPTIONS, format!("no {OPTIONS_FILE}"), help)];
    }
    match InputSource::of_project(folder) {
        Err(failure) => {
            vec![CheckResult::bad(OPTIONS, failure.to_string().replace('\n', " "), format!("correct {OPTIONS_FILE}"))]
        }
        Ok(source) => vec![CheckResult::good(OPTIONS, folder.join(OPTIONS_FILE).display().to_string()), code(&source)],
    }
}

fn code(source: &InputSource) -> CheckResult {
    match outdated(source) {
        Ok(files) if files.is_empty() => CheckResult::good(CODE, "up to date"),
        Ok(files) => {
            let found = format!("{} files are not up to date: {}", files.len(), files.join(", "));
            CheckResult::bad(CODE, found, "run `protoc-gen-rust-svc generate`, or `check` to see the differences")
        }
        Err(failure) => {
            let first = failure.to_string().lines().next().unwrap_or_default().to_owned();
            CheckResult::bad(CODE, first, "run `protoc-gen-rust-svc generate` to see all errors")
        }
    }
}

/// Compares the runtime in the lock file with the generator: both have one minor version.
pub(super) fn check_runtime(folder: &Path) -> Option<CheckResult> {
    let lock = folder
        .ancestors()
        .chain([Path::new("..")])
        .map(|folder| folder.join("Cargo.lock"))
        .find(|path| path.is_file())?;
    let document: DocumentMut = fs::read_to_string(&lock).ok()?.parse().ok()?;
    let packages = document.get("package")?.as_array_of_tables()?;
    let runtime =
        packages.iter().find(|package| package.get("name").and_then(|name| name.as_str()) == Some("rust-svc"))?;
    let version = runtime.get("version")?.as_str()?;
    let (ours, minor) =
        (env!("CARGO_PKG_VERSION"), |version: &str| version.rsplit_once('.').map(|(minor, _)| minor.to_owned()));
    Some(match minor(version) == minor(ours) {
        true => CheckResult::good(RUNTIME, format!("rust-svc {version}")),
        false => {
            let found = format!("rust-svc {version}, but the generator has version {ours}");
            CheckResult::bad(
                RUNTIME,
                found,
                "install the generator of the same minor version, or run `cargo update -p rust-svc`",
            )
        }
    })
}
