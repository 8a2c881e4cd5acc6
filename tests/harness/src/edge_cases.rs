//! Generates legal but unusual contracts for the crate `contracts`.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use protoc_gen_rust_svc::Build;

use crate::{
    names,
    registry::registry,
    repository,
    services::{echoes, services},
    tree,
};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// The values of `emit=` for a case of parts.
const PARTS: [&str; 14] = [
    "domain",
    "pb",
    "convert",
    "adapter",
    "client",
    "gateway",
    "fake",
    "json",
    "descriptor",
    "adapter+fake",
    "client+gateway",
    "client+json",
    "domain+descriptor",
    "fake+json",
];

/// The source for the compiled cases: modules, registrations of types, and calls of services.
#[derive(Default)]
struct Compiled {
    modules: String,
    trees: String,
    names: Vec<String>,
    calls: String,
}

/// A file of `cases/`, or a folder there.
struct Case {
    name: String,
    folder: PathBuf,
    files: Vec<String>,
    lines: Vec<String>,
}

/// Generates the cases of a folder whose names begin with `prefix` into `out`, with the programs that call them.
///
/// `cases.rs` has their modules, `calls.rs` calls of their services, `trees.rs` their types.
pub fn generate(folder: &Path, prefix: &str, out: &Path) -> Result<()> {
    let mut compiled = Compiled::default();
    for entry in entries(folder)? {
        let case = Case::read(&entry)?;
        if case.name.starts_with(prefix) {
            case.generate_all(out, &mut compiled)?;
        }
    }
    compiled.write(out)
}

/// The entries of a folder, in order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Creates an empty folder for the output, so that no files of an older state of a case are compiled.
fn empty(out: &Path, name: &str) -> PathBuf {
    let generated = out.join("cases").join(name);
    let _ = fs::remove_dir_all(&generated);
    generated
}

impl Compiled {
    fn write(self, out: &Path) -> Result<()> {
        fs::write(out.join("cases.rs"), self.modules)?;
        fs::write(out.join("calls.rs"), self.calls)?;
        let list = self.names.join(", ");
        let trees = format!("{}const TREES: &[fn() -> harness::roundtrip::Tree] = &[{list}];\n", self.trees);
        Ok(fs::write(out.join("trees.rs"), trees)?)
    }

    fn add(&mut self, name: &str, generated: &Path) {
        let _ = writeln!(self.modules, "#[path = {:?}]\npub mod {name};", generated.join("mod.rs"));
    }
}

impl Case {
    fn read(path: &Path) -> Result<Self> {
        let name = path.file_stem().ok_or("a case has a name")?.to_string_lossy().into_owned();
        let (folder, names) = match path.is_dir() {
            true => (path.to_owned(), names(path)),
            false => (path.parent().ok_or("a case lies in a folder")?.to_owned(), vec![format!("{name}.proto")]),
        };
        let (mut files, mut lines) = (Vec::new(), Vec::new());
        for file in names {
            let text = fs::read_to_string(folder.join(&file))?;
            lines.extend(text.lines().map(ToOwned::to_owned));
            if !text.contains("// not: generated\n") {
                files.push(file);
            }
        }
        Ok(Self { name, folder, files, lines })
    }

    fn says(&self, comment: &str) -> bool {
        self.lines.iter().any(|line| line == comment)
    }

    /// Generates the case in each way that its comments request.
    fn generate_all(&self, out: &Path, compiled: &mut Compiled) -> Result<()> {
        if self.says("// in: parts") {
            return self.generate_parts(out, compiled).map_err(|error| format!("{}:\n{error}", self.name).into());
        }
        let suffixes = if self.says("// in: domain") { &[""][..] } else { &["", "_proto"] };
        for suffix in suffixes {
            self.generate(suffix, out, compiled).map_err(|error| format!("{}{suffix}:\n{error}", self.name))?;
        }
        Ok(())
    }

    /// Generates the case with plain types, or with prost messages if the suffix is `_proto`.
    fn generate(&self, suffix: &str, out: &Path, compiled: &mut Compiled) -> Result<()> {
        let (name, types) = (format!("{}{suffix}", self.name), if suffix.is_empty() { "domain" } else { "proto" });
        let generated = empty(out, &name);
        let mut build = Build::new(&generated).option(format!("types={types},allow=all"));
        for option in self.lines.iter().filter_map(|line| line.strip_prefix("// opt: ")) {
            build = build.option(option.replace("{suffix}", suffix));
        }
        self.input(build, out)?.try_run()?;
        self.compile(suffix, name, &generated, compiled);
        Ok(())
    }

    /// Generates single artefacts of the case for both kinds of types. They are compiled, not run.
    fn generate_parts(&self, out: &Path, compiled: &mut Compiled) -> Result<()> {
        for types in ["domain", "proto"] {
            for part in PARTS {
                let name = format!("{}_{types}_{}", self.name, part.replace('+', "_"));
                let generated = empty(out, &name);
                let build = Build::new(&generated).option(format!("types={types},emit={part},allow=all"));
                self.input(build, out)?.try_run()?;
                compiled.add(&name, &generated);
            }
        }
        Ok(())
    }

    /// Adds the output, the calls of its services, and the round trips of its types unless comments exclude them.
    fn compile(&self, suffix: &str, name: String, generated: &Path, compiled: &mut Compiled) {
        let (files, root) = (tree(generated), format!("contracts::edge_cases::{name}"));
        compiled.add(&name, generated);
        if !(suffix.is_empty() && self.says("// not: called with plain types")) {
            compiled.calls.push_str(&services(&name, &root, &files));
        }
        let asked: Vec<_> = self.lines.iter().filter_map(|line| line.strip_prefix("// ask: ")).collect();
        if !asked.is_empty() {
            compiled.calls.push_str(&echoes(&name, &root, &files, &asked));
        }
        if !self.says("// not: read by others")
            && let Some(tree) = registry(&name, &root, &files)
        {
            compiled.trees.push_str(&tree);
            compiled.names.push(name);
        }
    }

    /// Compiles with protoc the files that the built-in reader rejects, such as those of an edition.
    fn input(&self, build: Build, out: &Path) -> Result<Build> {
        let needs_protoc = self.says("// by: protoc") || self.lines.iter().any(|line| line.starts_with("edition = "));
        let build = match needs_protoc {
            true => build.descriptor_set(self.descriptor_set(out)?),
            false => build.proto_path(&self.folder),
        };
        Ok(self.files.iter().fold(build, |build, file| build.file(file)))
    }

    fn descriptor_set(&self, out: &Path) -> Result<PathBuf> {
        let set = out.join(format!("{}.binpb", self.name));
        let status = Command::new(protoc_bin_vendored::protoc_bin_path()?)
            .args(["--include_imports", "--include_source_info"])
            .arg(format!("--proto_path={}", self.folder.display()))
            .arg(format!("--proto_path={}", protoc_bin_vendored::include_path()?.display()))
            .arg(format!("--proto_path={}", repository().join("proto").display()))
            .arg(format!("--descriptor_set_out={}", set.display()))
            .args(&self.files)
            .status()?;
        if status.success() { Ok(set) } else { Err("protoc refuses it".into()) }
    }
}
