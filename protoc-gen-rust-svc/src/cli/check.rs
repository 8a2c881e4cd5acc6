//! `protoc-gen-rust-svc check`: whether what was generated is what would be generated now.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use similar::TextDiff;

use super::{
    output::{Failure, say},
    source::Source,
};
use crate::render::{Files, Seal, read_seal};

/// How much of a line is shown.
const WIDTH: usize = 160;

/// Where to read and where to compare.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The directory that was written to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    source: Source,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let expected = self.source.generate()?;
        let existing = read(&self.out, &self.out).map_err(|error| format!("{}: error: {error}", self.out.display()))?;
        let findings = compare(&self.out, &expected, &existing);
        if findings.is_empty() {
            return say(format_args!("{} files are as they would be generated now\n", expected.len()));
        }
        findings.iter().try_for_each(say)?;
        Err(format!("{} files are not as they would be generated now", findings.len()).into())
    }
}

/// A text for each file that is not as it would be generated.
fn compare(out: &Path, expected: &Files, existing: &BTreeMap<String, String>) -> Vec<String> {
    let differing = expected.iter().filter_map(|(name, content)| differs(out, name, content, existing.get(name)));
    let orphans =
        existing.iter().filter(|(name, content)| !expected.contains_key(*name) && read_seal(content) != Seal::Missing);
    let orphans =
        orphans.map(|(name, _)| format!("{}: orphaned: it would not be generated\n", out.join(name).display()));
    differing.chain(orphans).collect()
}

fn differs(out: &Path, name: &str, expected: &str, existing: Option<&String>) -> Option<String> {
    let path = out.join(name);
    let path = path.display();
    let Some(existing) = existing else { return Some(format!("{path}: missing\n")) };
    let same = existing.lines().eq(expected.lines());
    let why = match read_seal(existing) {
        _ if same => return None,
        Seal::Intact => "stale: it would be generated otherwise",
        Seal::Broken => "edited by hand",
        Seal::Missing => "not generated, and in the way of a file that would be",
    };
    let diff = TextDiff::from_lines(existing.as_str(), expected);
    let diff = diff.unified_diff().context_radius(2).header(name, "as it would be generated").to_string();
    let diff: String = diff.lines().map(|line| format!("{}\n", shorten(line))).collect();
    Some(format!("{path}: {why}\n{diff}"))
}

/// A line that a terminal can show: the descriptors are one long line.
fn shorten(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// The Rust files below a directory, by their paths within `root`.
fn read(root: &Path, directory: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(read(root, &path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            // A file of somebody else may be anything.
            files.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
        }
    }
    Ok(files)
}
