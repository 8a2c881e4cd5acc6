//! The options file of a crate, `rust-svc.toml`: what to generate, where, and how.

use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use toml_edit::{Document, Item, TableLike, Value};

use super::given::{GivenOption, GivenOptions};
use crate::diagnostics::{Position, Problem, suggest};

/// The name of the file.
pub const OPTIONS_FILE: &str = "rust-svc.toml";

/// The content of an options file. Its paths are relative to the current directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionsFile {
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// The directory of the generated code.
    pub out: Option<PathBuf>,
    /// The directories to look up imports in.
    pub proto_path: Vec<PathBuf>,
    /// The `.proto` files to generate code for, as imports name them.
    pub files: Vec<PathBuf>,
    /// The descriptor set to read instead of `.proto` files.
    pub descriptor_set: Option<PathBuf>,
    /// The options of the plugin.
    pub options: GivenOptions,
}

const KEYS: &[&str] = &["out", "proto_path", "files", "descriptor_set", "options"];

impl OptionsFile {
    /// Reads the options file in a folder, or nothing if there is none.
    pub fn in_folder(folder: &Path) -> Result<Self, Problem> {
        let folder = if folder == Path::new(".") { Path::new("") } else { folder };
        let path = folder.join(OPTIONS_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Self::parse(path, &text)
    }

    /// Parses a file. The options hold the errors of its structure; it fails if the text is not TOML.
    fn parse(path: &Path, text: &str) -> Result<Self, Problem> {
        let mut source = FileText { path, text, problems: Vec::new() };
        let document = Document::parse(text).map_err(|error| source.malformed(error.span(), error.message()))?;
        let mut file = Self { path: Some(path.to_owned()), ..Self::default() };
        for (key, item) in document.iter() {
            let place = document.as_table().key(key).and_then(toml_edit::Key::span);
            file.set(&mut source, key, item, place);
        }
        file.options.problems = source.problems;
        Ok(file)
    }

    fn set(&mut self, source: &mut FileText<'_>, key: &str, item: &Item, place: Option<Range<usize>>) {
        match key {
            "out" => self.out = source.string(key, item).map(|path| source.below(path)),
            "descriptor_set" => self.descriptor_set = source.string(key, item).map(|path| source.below(path)),
            "proto_path" => {
                self.proto_path = source.strings(key, item).into_iter().map(|path| source.below(path)).collect()
            }
            "files" => self.files = source.strings(key, item).into_iter().map(PathBuf::from).collect(),
            "options" => self.options.list = source.options(item),
            _ => source.report(place, &format!("unknown key `{key}`"), suggest::help(key, KEYS, "the keys are")),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let position = Position { file: path.display().to_string(), ..Position::default() };
    Problem::new("E0101", &position, error.to_string(), "name a TOML file, such as rust-svc.toml, that can be read")
}

/// The text of an options file, and the errors of its structure.
struct FileText<'a> {
    path: &'a Path,
    text: &'a str,
    problems: Vec<Problem>,
}

impl FileText<'_> {
    /// Returns a path, which the file gives relative to its folder.
    fn below(&self, path: &str) -> PathBuf {
        let folder = self.path.parent().unwrap_or(Path::new("")).join(path);
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
    }

    fn string<'i>(&mut self, key: &str, item: &'i Item) -> Option<&'i str> {
        let text = item.as_str();
        if text.is_none() {
            self.report(item.span(), &format!("`{key}` is not a string"), format!("write a string: `{key} = \"...\"`"));
        }
        text
    }

    fn strings<'i>(&mut self, key: &str, item: &'i Item) -> Vec<&'i str> {
        if let Some(one) = item.as_str() {
            return vec![one];
        }
        let Some(values) = item.as_array() else {
            self.no_strings(key, item.span());
            return Vec::new();
        };
        for value in values.iter().filter(|value| !value.is_str()) {
            self.no_strings(key, value.span());
        }
        values.iter().filter_map(Value::as_str).collect()
    }

    fn no_strings(&mut self, key: &str, span: Option<Range<usize>>) {
        let help = format!("write strings: `{key} = [\"...\", \"...\"]`");
        self.report(span, &format!("`{key}` is not an array of strings"), help);
    }

    fn options(&mut self, item: &Item) -> Vec<GivenOption> {
        let Some(table) = item.as_table_like() else {
            self.report(
                item.span(),
                "`options` is not a table",
                "write the options below a line `[options]`".to_owned(),
            );
            return Vec::new();
        };
        let mut options = Vec::new();
        for (name, item) in table.iter() {
            let place = self.position(table.key(name).and_then(toml_edit::Key::span));
            let values = self.values(name, item);
            options.extend(values.into_iter().map(|value| GivenOption::in_file(name, value, place.clone())));
        }
        options
    }

    /// Returns the values of an option: a string, a boolean, an array, or a table from scopes to values.
    fn values(&mut self, name: &str, item: &Item) -> Vec<String> {
        if let Some(table) = item.as_table_like() {
            return self.scoped(name, table);
        }
        match item.as_value() {
            // One value, so that an argument replaces the list as a whole.
            Some(Value::Array(_)) if name == "emit" => vec![self.strings(name, item).join("+")],
            Some(Value::Array(_)) => self.strings(name, item).into_iter().map(str::to_owned).collect(),
            Some(Value::String(text)) => vec![text.value().clone()],
            Some(Value::Boolean(flag)) => vec![flag.value().to_string()],
            _ => {
                self.no_option(name, item.span());
                Vec::new()
            }
        }
    }

    fn no_option(&mut self, name: &str, span: Option<Range<usize>>) {
        let message = format!("`{name}` is not a string, a boolean, an array or a table");
        let help =
            format!("write `{name} = \"...\"`; a table limits values to packages or types: `{{default = \"...\"}}`");
        self.report(span, &message, help);
    }

    fn scoped(&mut self, name: &str, table: &dyn TableLike) -> Vec<String> {
        table.iter().filter_map(|(scope, item)| self.scoped_value(name, scope, item)).collect()
    }

    fn scoped_value(&mut self, name: &str, scope: &str, item: &Item) -> Option<String> {
        match item.as_str() {
            Some(value) if scope == "default" => Some(value.to_owned()),
            Some(value) => Some(format!("{scope}={value}")),
            None => {
                let help = format!("write a string: `{name} = {{{scope:?} = \"...\"}}`");
                self.report(item.span(), &format!("`{name}.{scope:?}` is not a string"), help);
                None
            }
        }
    }

    fn report(&mut self, span: Option<Range<usize>>, message: &str, help: String) {
        let problem = Problem { help, ..self.problem(span, message) };
        self.problems.push(problem);
    }

    fn problem(&self, span: Option<Range<usize>>, message: &str) -> Problem {
        Problem::new("E0101", &self.position(span), message.to_owned(), "")
    }

    /// A text that is not TOML.
    fn malformed(&self, span: Option<Range<usize>>, message: &str) -> Problem {
        // The parser explains itself in further lines.
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let help = if rest.is_empty() { "write it as TOML: `out = \"src/generated\"`" } else { rest };
        Problem { help: help.replace('\n', ", "), ..self.problem(span, first) }
    }

    fn position(&self, span: Option<Range<usize>>) -> Position {
        let file = self.path.display().to_string();
        let Some(before) = span.and_then(|span| self.text.get(..span.start)) else {
            return Position { file, ..Position::default() };
        };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Position { file, line: line as u32, column: column as u32 }
    }
}
