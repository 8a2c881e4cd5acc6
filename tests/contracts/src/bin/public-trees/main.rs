//! Generates each folder of public contracts as a crate of its own, and reports the results.
//!
//! The script `tests/contracts/public-trees` calls it and compiles the crates.

mod folder;
mod read;
mod shard;

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use clap::Parser;

use crate::folder::{Folder, Outcome};

/// Generates each folder of .proto files as a crate
#[derive(Parser, Debug)]
struct Arguments {
    /// The roots that files are imported from, whose folders are generated
    #[arg(long, required = true)]
    root: Vec<PathBuf>,
    /// A further directory that imports are looked up in
    #[arg(long)]
    import: Vec<PathBuf>,
    /// Where to write the crates
    #[arg(long)]
    out: PathBuf,
    /// The files that are known to be refused, each with the codes of the reasons; without it, none is
    #[arg(long)]
    refused: Option<PathBuf>,
    /// Generate all files of each root in one run, too
    #[arg(long)]
    whole: bool,
    /// The options of the plugin
    #[arg(long, default_value = "")]
    opt: String,
    /// Write only the crates of these folders; all are generated
    #[arg(long)]
    only: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let imports: Vec<_> = arguments.root.iter().chain(&arguments.import).cloned().collect();
    let mut total = Outcome::default();
    let mut crates = Vec::new();
    for root in &arguments.root {
        let folders = folders(root);
        if arguments.whole {
            let all = Folder { path: root.clone(), files: folders.values().flatten().cloned().collect() };
            report_whole(root, &all.generate(&imports, &arguments.opt)?)?;
        }
        for (path, files) in folders {
            let is_written = arguments.only.is_empty() || arguments.only.contains(&path);
            let folder = Folder { path, files };
            let outcome = folder.generate(&imports, &arguments.opt)?;
            if is_written && !outcome.printed.is_empty() {
                crates.push(shard::write(&arguments.out, &folder, &outcome.printed)?);
            }
            total.add(outcome);
        }
    }
    let unknown: Vec<_> = arguments.only.iter().filter(|path| !total.folders.contains(*path)).collect();
    if !unknown.is_empty() {
        return Err(format!("there are no such folders: {unknown:?}").into());
    }
    shard::workspace(&arguments.out, &crates)?;
    let refused = arguments.refused.as_ref().map_or(Ok(String::new()), fs::read_to_string)?;
    report(&total, &refused, crates.len())
}

/// Prints the result of generating a root in one run. Fails if a file is refused or a comment is lost.
fn report_whole(root: &Path, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
    let Outcome { files, refused, explanations, lost, printed, .. } = outcome;
    println!("{} in one run: {files} contracts, {} files generated", root.display(), printed.len());
    explanations.iter().chain(lost).for_each(|text| eprintln!("{text}"));
    if refused.is_empty() && lost.is_empty() {
        Ok(())
    } else {
        Err(format!("refused {refused:?}, lost {lost:?}").into())
    }
}

/// Prints the results. Fails if a comment is lost, or if the rejected files are not the known ones.
fn report(total: &Outcome, known: &str, crates: usize) -> Result<(), Box<dyn Error>> {
    let refused: Vec<_> = total.refused.iter().map(|(file, codes)| format!("{file} {}", codes.join(" "))).collect();
    let known: Vec<_> = known.lines().filter(|line| !line.starts_with('#')).collect();
    refused.iter().for_each(|line| println!("refused: {line}"));
    total.lost.iter().for_each(|comment| eprintln!("lost: {comment}"));
    total.explanations.iter().for_each(|text| eprintln!("{text}"));
    println!(
        "{} files, {} generated, {} refused; {} comments, {} lost; {crates} crates",
        total.files,
        total.files - refused.len(),
        refused.len(),
        total.comments,
        total.lost.len()
    );
    if !total.lost.is_empty() {
        return Err("docs are lost".into());
    }
    if refused != known {
        return Err(
            format!("other files are refused than are known:\n{}\n\n{}", refused.join("\n"), known.join("\n")).into()
        );
    }
    Ok(())
}

/// The `.proto` files of each folder below a root.
fn folders(root: &Path) -> BTreeMap<PathBuf, Vec<String>> {
    let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for name in harness::names(root).into_iter().filter(|name| name.ends_with(".proto")) {
        let folder = Path::new(&name).parent().unwrap_or(Path::new("")).to_owned();
        folders.entry(folder).or_default().push(name);
    }
    folders
}
