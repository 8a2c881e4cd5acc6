//! Reads and changes the sources of a project.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use similar::TextDiff;

use crate::{
    cli::{
        format::Format,
        output::{Failure, print_output},
    },
    diagnostics::json::JsonObject,
    project::{
        GENERATED,
        file_error::{cannot, check_project_folder, read_text},
        sync::{Changes, Sources},
    },
};

/// A project whose sources are to be changed.
pub(super) struct ProjectEdit {
    folder: PathBuf,
    /// Its Rust code without generated code, and other files that a command changes.
    pub(super) sources: Sources,
}

impl ProjectEdit {
    /// Reads the sources, tests and examples of a project, without generated code.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        check_project_folder(folder)?;
        let mut sources = BTreeMap::new();
        for part in ["src", "tests", "examples"] {
            let part = folder.join(part);
            if part.is_dir() {
                collect(folder, &part, &mut sources)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), sources })
    }

    /// Formats changed Rust files that were formatted before, and new ones. Others stay in the style of their team.
    pub(super) fn formatted(&self, mut changes: Changes) -> Changes {
        for (path, text) in changes.files.iter_mut().filter(|(path, _)| path.ends_with(".rs")) {
            let format = |text: &str| rustfmt(&self.folder, text);
            let is_formatted = self.sources.get(path).is_none_or(|before| format(before).as_ref() == Some(before));
            if let Some(formatted) = format(text).filter(|_| is_formatted) {
                *text = formatted;
            }
        }
        changes
    }

    /// Prints the changes line by line, or as JSON the files.
    pub(super) fn print_differences(&self, changes: &Changes, format: Format) -> Result<(), Failure> {
        match format {
            Format::Text => print_output(self.differences(changes)),
            Format::Json => print_files(changes),
        }
    }

    fn differences(&self, changes: &Changes) -> String {
        let diff = |(path, text): (&String, &String)| {
            let diff = TextDiff::from_lines(self.sources.get(path).map_or("", String::as_str), text);
            diff.unified_diff().context_radius(2).header(path, path).to_string()
        };
        changes.files.iter().map(diff).collect()
    }

    /// Writes the changed files, and describes them; prints `unchanged` if there are none.
    pub(super) fn write(&self, changes: &Changes, unchanged: &str, format: Format) -> Result<(), Failure> {
        for (path, text) in &changes.files {
            let path = self.folder.join(path);
            let written =
                fs::create_dir_all(path.parent().unwrap_or(&self.folder)).and_then(|()| fs::write(&path, text));
            written.map_err(|error| cannot("write", &path, &error))?;
        }
        match format {
            Format::Text if changes.notes.is_empty() => print_output(format_args!("{unchanged}\n")),
            Format::Text => print_output(format_args!("{}\n", changes.notes.join("\n"))),
            Format::Json => print_files(changes),
        }
    }
}

/// Prints the changed files as JSON.
fn print_files(changes: &Changes) -> Result<(), Failure> {
    let line = |path: &String| JsonObject::new("file").text("file", path).text("status", "changed").line();
    print_output(changes.files.keys().map(line).collect::<String>())
}

fn collect(project: &Path, folder: &Path, sources: &mut Sources) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))? {
        let path = entry?.path();
        let name = path.strip_prefix(project).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() && name != GENERATED {
            collect(project, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.insert(name, read_text(&path)?);
        }
    }
    Ok(())
}

/// Formats Rust code by the settings of a folder. Returns `None` if rustfmt fails or is not installed.
fn rustfmt(folder: &Path, text: &str) -> Option<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024"]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut input = child.stdin.take()?;
    let text = text.to_owned();
    // Both pipes have a limit, so the input is written while the output is read.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}
