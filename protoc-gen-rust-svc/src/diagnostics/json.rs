//! Diagnostics as JSON, one object per line.

use std::fmt::Write as _;

use super::{Diagnostic, Position, Problem, Severity};

/// The members of a JSON object. Those without a value are left out.
#[derive(Debug, Default)]
pub struct JsonObject(String);

impl JsonObject {
    /// Begins an object with its type.
    pub fn new(kind: &str) -> Self {
        Self::default().text("type", kind)
    }

    /// Adds a string, unless it is empty.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            let comma = if self.0.is_empty() { "" } else { "," };
            write!(self.0, "{comma}{}:{}", quoted(name), quoted(value)).unwrap_or_default();
        }
        self
    }

    /// Adds a number, unless it is 0.
    pub fn number(mut self, name: &str, value: u32) -> Self {
        if value != 0 {
            write!(self.0, ",{}:{value}", quoted(name)).unwrap_or_default();
        }
        self
    }

    /// Adds a position, as far as it is known.
    pub fn position(self, position: &Position) -> Self {
        self.text("file", &position.file).number("line", position.line).number("column", position.column)
    }

    /// The line that holds the object.
    pub fn line(self) -> String {
        format!("{{{}}}\n", self.0)
    }
}

/// Prints an error or a warning.
pub fn diagnostic(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let object = JsonObject::new("diagnostic").text("severity", severity).text("code", diagnostic.code());
    let object = object.position(diagnostic.position()).text("message", diagnostic.message());
    object.text("help", diagnostic.help_text()).line()
}

/// Prints an error of a compiler.
pub fn problem(problem: &Problem) -> String {
    let object = JsonObject::new("diagnostic").text("severity", "error").text("code", problem.code);
    object.position(&problem.position).text("message", &problem.message).text("help", &problem.help).line()
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::{JsonObject, Position};

    #[test]
    fn objects_are_lines() {
        let position = Position { file: "a \"b\".proto".to_owned(), line: 3, column: 0 };
        let line = JsonObject::new("diagnostic").position(&position).text("help", "").text("message", "a\n\tb").line();
        assert_eq!(
            line,
            "{\"type\":\"diagnostic\",\"file\":\"a \\\"b\\\".proto\",\"line\":3,\"message\":\"a\\n\\u0009b\"}\n"
        );
    }
}
