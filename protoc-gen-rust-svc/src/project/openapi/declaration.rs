//! The declarations of a `.proto` file, and their text.

use std::collections::BTreeSet;

/// A message.
#[derive(Debug, Default)]
pub(super) struct MessageDeclaration {
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) fields: Vec<FieldDeclaration>,
}

/// A field.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldDeclaration {
    pub(super) comment: String,
    /// The label and the type, as `repeated string`.
    pub(super) type_text: String,
    pub(super) name: String,
    pub(super) json_name: Option<String>,
    pub(super) is_deprecated: bool,
}

/// A method and its route.
#[derive(Debug, Default)]
pub(super) struct MethodDeclaration {
    pub(super) name: String,
    pub(super) comment: String,
    /// The fields of the `google.api.http` option; none without a route.
    pub(super) route: Vec<String>,
    pub(super) is_deprecated: bool,
}

/// A file.
#[derive(Debug, Default)]
pub(super) struct FileDeclaration {
    pub(super) package: String,
    pub(super) imports: BTreeSet<&'static str>,
    pub(super) service: String,
    pub(super) comment: String,
    pub(super) methods: Vec<MethodDeclaration>,
    pub(super) messages: Vec<MessageDeclaration>,
}

impl FileDeclaration {
    /// Prints the file as `buf format` does.
    pub(super) fn text(&self) -> String {
        let imports: String = self.imports.iter().map(|name| format!("import \"{name}\";\n")).collect();
        let methods: Vec<_> = self.methods.iter().map(MethodDeclaration::text).collect();
        let messages: String = self.messages.iter().map(MessageDeclaration::text).collect();
        format!(
            "syntax = \"proto3\";\n\npackage {};\n\n{imports}\n{}service {} {{\n{}}}\n{messages}",
            self.package,
            comment(&self.comment, ""),
            self.service,
            methods.join("\n"),
        )
    }
}

impl MethodDeclaration {
    fn text(&self) -> String {
        let (name, deprecated) = (&self.name, if self.is_deprecated { "    option deprecated = true;\n" } else { "" });
        let route = match self.route.as_slice() {
            [] => String::new(),
            [one] => format!("    option (google.api.http) = {{{one}}};\n"),
            several => format!("    option (google.api.http) = {{\n      {}\n    }};\n", several.join("\n      ")),
        };
        let options = format!("{deprecated}{route}");
        let body = if options.is_empty() { ";".to_owned() } else { format!(" {{\n{options}  }}") };
        format!("{}  rpc {name}({name}Request) returns ({name}Response){body}\n", comment(&self.comment, "  "))
    }
}

impl MessageDeclaration {
    fn text(&self) -> String {
        let fields: String = self.fields.iter().enumerate().map(|(index, field)| field.text(index + 1)).collect();
        let body = if fields.is_empty() { "{}".to_owned() } else { format!("{{\n{fields}}}") };
        format!("\n{}message {} {body}\n", comment(&self.comment, ""), self.name)
    }
}

impl FieldDeclaration {
    fn text(&self, index: usize) -> String {
        // Numbers of 19000 to 19999 are those of protobuf itself.
        let number = if index < 19_000 { index } else { index + 1_000 };
        let json_name = self.json_name.as_ref().map(|name| format!("json_name = {name:?}"));
        let options: Vec<_> =
            json_name.into_iter().chain(self.is_deprecated.then(|| "deprecated = true".to_owned())).collect();
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        format!("{}  {} {} = {number}{options};\n", comment(&self.comment, "  "), self.type_text, self.name)
    }
}

fn comment(text: &str, indentation: &str) -> String {
    let lines = text.trim().lines().map(|line| line.trim_end().replace(|each: char| each.is_control(), " "));
    lines
        .map(|line| if line.is_empty() { format!("{indentation}//\n") } else { format!("{indentation}// {line}\n") })
        .collect()
}
