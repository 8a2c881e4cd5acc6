//! Errors of the built-in compiler.

use std::fmt;

/// An error of the built-in compiler.
#[derive(Debug)]
pub enum CompileError {
    /// A file of an edition, which the built-in compiler does not support, with its position.
    Edition(String),
    /// A message with position and help.
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

/// Suggests a fix for an error of protox.
fn help(message: &str) -> &'static str {
    if message == "integer is too large" {
        return "\n  help: write large defaults of a double or float with a point or an exponent: 100.0 or 1e20";
    }
    if message.starts_with("a field with JSON name ") {
        return "\n  help: another field has the same JSON name: set json_name. protoc and buf accept this in proto2: use the plugin, or \
                pass a --descriptor-set";
    }
    if message.starts_with("camel-case name of field ") {
        return "\n  help: rename one of the two. protoc and buf accept them: use the plugin, or pass a --descriptor-set";
    }
    if message == "identifiers may not be negative" {
        return "\n  help: the built-in reader does not support -inf and -nan. protoc and buf do: use the plugin, or pass a \
                --descriptor-set";
    }
    if message.ends_with(" is not defined") {
        return "\n  help: import the file that declares it; the built-in reader does not follow a chain of `import public`";
    }
    match message.contains("not found") && message.contains("import '") {
        true if message.contains("buf/validate/validate.proto") => {
            "\n  help: get it with `buf export buf.build/bufbuild/protovalidate --output DIR`, and add --proto-path DIR"
        }
        true => "\n  help: add its directory with --proto-path",
        false => "",
    }
}

/// The message for files of an edition.
pub(crate) const NO_EDITIONS: &str = "error: the built-in reader does not support editions";

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(text) => f.write_str(text),
            Self::Edition(place) => write!(
                f,
                "{place}: {NO_EDITIONS}\n  help: use the plugin with buf or protoc, or pass a descriptor set with --descriptor-set (Build::descriptor_set \
                 in a build script): `buf build --output FILE`, or `protoc --include_imports --include_source_info \
                 --descriptor_set_out=FILE`, writes one"
            ),
        }
    }
}

impl std::error::Error for CompileError {}
