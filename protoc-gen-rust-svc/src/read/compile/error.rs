//! Errors of the built-in compiler.

use std::fmt;

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
