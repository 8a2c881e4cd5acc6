//! `protoc-gen-rust-svc check`: compares generated files with what the generator prints now.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use similar::TextDiff;

use super::{
    format::{Format, Reported},
    input::{InputArgs, InputSource},
    output::{Failure, print_output},
};
use crate::diagnostics::json::JsonObject;
use crate::render::{Files, Provenance, provenance};

/// The maximum number of characters of a printed line.
const WIDTH: usize = 160;

/// The extensions of generated files.
const EXTENSIONS: [&str; 4] = ["rs", "toml", "json", "yaml"];

/// The input, and the files to compare with.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// The directory of the generated code; the default is `out` in the options file
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: InputArgs,
}

impl CheckArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let format = self.source.format;
        self.check().map_err(|failure| format.failure(failure))
    }

    fn check(self) -> Result<(), Failure> {
        let source = self.source.with_file(Path::new(""))?;
        let out = source.out(self.out)?;
        let expected = source.generate()?;
        let existing = read(&out, &out).map_err(|error| format!("{}: error: {error}", out.display()))?;
        let findings = compare(&out, &expected, &existing);
        match source.format {
            Format::Text => findings.iter().try_for_each(|finding| print_output(finding.text()))?,
            Format::Json => findings.iter().try_for_each(|finding| print_output(finding.json()))?,
        }
        match (findings.len(), source.format) {
            (0, Format::Text) => print_output(format_args!("{} files are up to date\n", expected.len())),
            (0, Format::Json) => Ok(()),
            (_, Format::Json) => Err(Reported.into()),
            (stale, Format::Text) => Err(format!("{stale} files are not up to date").into()),
        }
    }
}

/// Returns the paths of the files that are not up to date.
pub(super) fn outdated(source: &InputSource) -> Result<Vec<String>, Failure> {
    let (out, expected) = (source.out(None)?, source.generate_quietly()?);
    let existing = read(&out, &out).map_err(|error| format!("{}: error: {error}", out.display()))?;
    Ok(compare(&out, &expected, &existing).into_iter().map(|finding| finding.path).collect())
}

/// A file that is not up to date.
struct Finding {
    path: String,
    status: &'static str,
    diff: String,
}

impl Finding {
    fn text(&self) -> String {
        format!("{}: {}\n{}", self.path, self.status, self.diff)
    }

    fn json(&self) -> String {
        JsonObject::new("file").text("file", &self.path).text("status", self.status).line()
    }
}

/// Finds the files that are not up to date.
fn compare(out: &Path, expected: &Files, existing: &BTreeMap<String, String>) -> Vec<Finding> {
    let differing = expected.iter().filter_map(|(name, content)| differs(out, name, content, existing.get(name)));
    let orphans = existing
        .iter()
        .filter(|(name, content)| !expected.contains_key(*name) && provenance(content) != Provenance::Foreign);
    let status = "orphaned, no contract generates it";
    let orphans =
        orphans.map(|(name, _)| Finding { path: out.join(name).display().to_string(), status, diff: String::new() });
    differing.chain(orphans).collect()
}

fn differs(out: &Path, name: &str, expected: &str, existing: Option<&String>) -> Option<Finding> {
    let path = out.join(name).display().to_string();
    let Some(existing) = existing else { return Some(Finding { path, status: "missing", diff: String::new() }) };
    // The first line has the checksum of the rest, which ignores formatting.
    let is_current = existing.lines().next() == expected.lines().next();
    let status = match provenance(existing) {
        Provenance::Generated if is_current => return None,
        Provenance::Generated => "stale",
        Provenance::Edited => "edited by hand",
        Provenance::Foreign => "not generated, but has the name of a generated file",
    };
    let diff = TextDiff::from_lines(existing.as_str(), expected);
    let diff = diff.unified_diff().context_radius(2).header(name, "up to date").to_string();
    let diff: String = diff.lines().map(|line| format!("{}\n", shorten(line))).collect();
    Some(Finding { path, status, diff })
}

/// Shortens a line for a terminal. Descriptors are one long line.
fn shorten(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// Reads the Rust files, manifests and documents below a directory, by their paths within `root`.
fn read(root: &Path, directory: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(read(root, &path)?);
        } else if path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)) {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            // Files of other programs may not be UTF-8.
            files.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
        }
    }
    Ok(files)
}
