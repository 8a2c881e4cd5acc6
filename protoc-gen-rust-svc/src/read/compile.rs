//! `.proto` files to descriptors without protoc.

use std::{
    fmt, fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use protox::{
    Compiler,
    file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver},
};

use super::{
    Input,
    revision::{self, Revision},
};

/// The files that come with the generator, found when no `--proto-path` holds them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("google/api/annotations.proto", include_str!("../../proto/google/api/annotations.proto")),
    ("google/api/field_behavior.proto", include_str!("../../proto/google/api/field_behavior.proto")),
    ("google/api/http.proto", include_str!("../../proto/google/api/http.proto")),
    ("rust_svc/v1/options.proto", include_str!("../../proto/rust_svc/v1/options.proto")),
];

/// Compiles files, found in the given directories, and all that they import.
pub fn compile(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    for directory in proto_paths {
        resolvers.add(Folder { files: IncludeFileResolver::new(directory.clone()), path: directory.clone() });
    }
    let resolvers = with_built_in(resolvers);
    let names = files.iter().map(|file| name(&resolvers, proto_paths, file)).collect::<Result<Vec<_>, _>>()?;
    compile_names(resolvers, names)
}

/// Compiles files, named as they are imported, as they were at a revision.
pub fn compile_at(revision: &Revision, proto_paths: &[PathBuf], names: Vec<String>) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    for directory in proto_paths {
        resolvers.add(revision::Directory::new(revision, directory));
    }
    compile_names(with_built_in(resolvers), names)
}

fn with_built_in(mut resolvers: ChainFileResolver) -> ChainFileResolver {
    resolvers.add(BuiltIn);
    resolvers.add(GoogleFileResolver::new());
    resolvers
}

fn compile_names(resolvers: ChainFileResolver, names: Vec<String>) -> Result<Input, CompileError> {
    if names.is_empty() {
        return Ok(Input::default());
    }
    let mut compiler = Compiler::with_file_resolver(ByName(resolvers));
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&names)?;
    // The encoded form keeps the options that protox does not know.
    let set = compiler.encode_file_descriptor_set();
    Input::from_descriptor_set(&set, names).map_err(|error| CompileError::Wrong(error.to_string()))
}

/// A file is given as a path that lies in one of the directories, or as it is imported.
fn name(resolvers: &ChainFileResolver, proto_paths: &[PathBuf], file: &Path) -> Result<String, CompileError> {
    if let Some(name) = resolvers.resolve_path(file).filter(|_| file.is_file()) {
        return check_first(resolvers, &name, file).map(|()| name);
    }
    let text = file.to_string_lossy();
    let is_missing = |name| resolvers.open_file(name).is_err_and(|error| error.is_file_not_found());
    if !file.is_absolute() && !is_missing(&text) {
        return Ok(text.into_owned());
    }
    let name = within(proto_paths, file).ok_or_else(|| not_found(proto_paths, file))?;
    check_first(resolvers, &name, file).map(|()| name)
}

/// The name within a directory of a file that is given another way than the directory: one from the root, the other not.
fn within(proto_paths: &[PathBuf], file: &Path) -> Option<String> {
    let file = file.canonicalize().ok()?;
    let name = |directory: &PathBuf| file.strip_prefix(directory.canonicalize().ok()?).ok().map(Path::to_owned);
    let name = proto_paths.iter().find_map(name)?;
    let segments = name.components().map(|segment| segment.as_os_str().to_string_lossy());
    Some(segments.collect::<Vec<_>>().join("/"))
}

/// Fails if another file of the same name comes first, because imports would find that one.
fn check_first(resolvers: &ChainFileResolver, name: &str, file: &Path) -> Result<(), CompileError> {
    // A file that cannot be read is reported when it is compiled.
    let first = resolvers.open_file(name).ok().and_then(|first| first.path().map(Path::to_owned));
    let Some(first) = first.filter(|first| first.canonicalize().ok() != file.canonicalize().ok()) else {
        return Ok(());
    };
    Err(CompileError::Wrong(format!(
        "{}: error: it is imported as {name}, but {} comes first\n  help: give the directories of --proto-path in another order",
        file.display(),
        first.display()
    )))
}

fn not_found(proto_paths: &[PathBuf], file: &Path) -> CompileError {
    let looked: Vec<_> = proto_paths.iter().map(|path| path.display().to_string()).collect();
    CompileError::Wrong(format!(
        "{}: error: no such file in --proto-path {}\n  help: name it as it is imported, or add the directory that it lies in",
        file.display(),
        looked.join(" --proto-path ")
    ))
}

/// Files by the names that they are imported by.
struct ByName(ChainFileResolver);

impl FileResolver for ByName {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        self.0.open_file(name)
    }
}

/// What some editors begin a text with. protoc passes over it, and protox does not.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text without the mark that it may begin with.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Whether a file begins with the mark. Why another cannot be read is told by whoever reads it.
fn is_marked(path: &Path) -> bool {
    let mut first = [0; BYTE_ORDER_MARK.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == BYTE_ORDER_MARK.as_bytes()
}

/// A directory, with files that may begin with the mark.
struct Folder {
    files: IncludeFileResolver,
    path: PathBuf,
}

impl FileResolver for Folder {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.files.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let path = self.path.join(name);
        let text = is_marked(&path).then(|| fs::read_to_string(&path).ok()).flatten();
        text.map_or_else(|| self.files.open_file(name), |text| File::from_source(name, unmarked(&text)))
    }
}

struct BuiltIn;

impl FileResolver for BuiltIn {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, source)) => File::from_source(name, source),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// Why files do not compile.
#[derive(Debug)]
pub enum CompileError {
    /// A file is of an edition, which the built-in reader does not know; the place of it.
    Edition(String),
    /// Text for people, with the place and a help line as far as they are known.
    Wrong(String),
}

impl From<protox::Error> for CompileError {
    fn from(error: protox::Error) -> Self {
        // It prints `file:line:column: message`, and its causes on further lines.
        let text = format!("{error:?}");
        let place = text.splitn(4, ':').take(3).collect::<Vec<_>>();
        match place.as_slice() {
            [file, line, column] if line.parse::<u32>().is_ok() && column.parse::<u32>().is_ok() => {
                let message = text[file.len() + line.len() + column.len() + 3..].trim_start();
                Self::at(format!("{file}:{line}:{column}"), message)
            }
            _ => Self::Wrong(format!("error: {text}{}", help(&text))),
        }
    }
}

impl CompileError {
    fn at(place: String, message: &str) -> Self {
        match message.contains("'import'") && message.ends_with("but found 'edition'") {
            true => Self::Edition(place),
            false => Self::Wrong(format!("{place}: error: {message}{}", help(message))),
        }
    }
}

/// What to do about a message of protox.
fn help(message: &str) -> &'static str {
    if message == "integer is too large" {
        return "\n  help: the default of a double or a float may be that large when it is written with a point, as 1e20 or 100.0";
    }
    if message.starts_with("a field with JSON name ") {
        return "\n  help: give this field a json_name, since another of the message has the same name in JSON. Where proto2 allows \
                that, protoc and buf read it: use the plugin, or give a --descriptor-set";
    }
    if message.starts_with("camel-case name of field ") {
        return "\n  help: give one of the two another name. protoc and buf read both: use the plugin, or give a --descriptor-set";
    }
    if message == "identifiers may not be negative" {
        return "\n  help: of a value with a name, such as inf, the built-in reader knows no negative one. protoc and buf read it: \
                use the plugin, or give a --descriptor-set";
    }
    if message.ends_with(" is not defined") {
        return "\n  help: import the file that declares it; unlike protoc and buf, the built-in reader does not look for it behind \
                more than one `import public`";
    }
    match message.contains("not found") && message.contains("import '") {
        true if message.contains("buf/validate/validate.proto") => {
            "\n  help: get it with `buf export buf.build/bufbuild/protovalidate --output DIR`, and add --proto-path DIR"
        }
        true => "\n  help: add the directory that it lies in with --proto-path",
        false => "",
    }
}

/// What is said of a file that is of an edition.
pub(crate) const NO_EDITIONS: &str = "error: the built-in reader knows no editions";

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(text) => f.write_str(text),
            Self::Edition(place) => write!(
                f,
                "{place}: {NO_EDITIONS}\n  help: use the plugin with buf or protoc, or give --descriptor-set (in a build script \
                 Build::descriptor_set) a file that `buf build --output FILE` writes, or `protoc --include_imports \
                 --include_source_info --descriptor_set_out=FILE`"
            ),
        }
    }
}

impl std::error::Error for CompileError {}
