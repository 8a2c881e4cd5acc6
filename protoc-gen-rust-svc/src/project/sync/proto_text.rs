//! Edits the text of a `.proto` file without changing any of its lines.

/// A method to declare.
#[derive(Clone, Debug)]
pub struct NewMethod {
    /// The name.
    pub name: String,
    /// The type of requests, as the file names it.
    pub request: String,
    /// The type of responses, as the file names it.
    pub response: String,
    /// Whether callers send a stream.
    pub takes_stream: bool,
    /// Whether the service returns a stream.
    pub returns_stream: bool,
}

impl NewMethod {
    fn declaration(&self) -> String {
        let stream = |is_stream| if is_stream { "stream " } else { "" };
        let (takes, returns) = (stream(self.takes_stream), stream(self.returns_stream));
        format!("rpc {}({takes}{}) returns ({returns}{});", self.name, self.request, self.response)
    }
}

/// Appends a method to a service. Returns `None` if the text has no such service.
pub(super) fn add_method(text: &str, service: &str, method: &NewMethod) -> Option<String> {
    let code = without_comments(text);
    let (open, close) = body(&code, service)?;
    let line_start = code[..close].rfind('\n').map_or(0, |newline| newline + 1);
    let newline = newline(text);
    let declaration = method.declaration();
    if line_start <= open || !code[line_start..close].trim().is_empty() || text[line_start..close].contains('/') {
        // The brace shares its line with other code.
        let outer = indentation(&text[..open]);
        let (before, after) = (text[..close].trim_end_matches([' ', '\t']), &text[close..]);
        return Some(format!("{before}{newline}{outer}  {declaration}{newline}{outer}{after}"));
    }
    let members = &code[open + 1..line_start];
    let last = members.lines().rev().find(|line| !line.trim().is_empty());
    let first = members.lines().find(|line| !line.trim().is_empty());
    let inner = first.or(last).map_or_else(|| format!("{}  ", indentation(&text[..open])), indentation_of);
    let separator = if has_blank_lines(members) { newline } else { "" };
    Some(format!("{}{separator}{inner}{declaration}{newline}{}", &text[..line_start], &text[line_start..]))
}

/// Appends an empty message.
pub(super) fn add_message(text: &str, name: &str) -> String {
    append(text, &format!("message {name} {{}}"))
}

/// Appends a service without methods.
pub(super) fn add_service(text: &str, name: &str) -> String {
    append(text, &format!("service {name} {{{}}}", newline(text)))
}

/// Returns a new file with a service, in the edition of another file, or in proto3.
pub(super) fn new_file(other: &str, package: &str, service: &str) -> String {
    let package = if package.is_empty() { String::new() } else { format!("package {package};\n\n") };
    let code = without_comments(other);
    let edition = code.lines().position(|line| line.starts_with("edition")).and_then(|index| other.lines().nth(index));
    format!("{}\n\n{package}service {service} {{\n}}\n", edition.unwrap_or("syntax = \"proto3\";"))
}

/// Imports a file, after the other imports.
pub(super) fn add_import(text: &str, file: &str) -> String {
    let code = without_comments(text);
    let begins = |word: &str, line: &str| line.trim_start().strip_prefix(word).is_some_and(|rest| !starts_word(rest));
    let line_of = |word: &str| {
        let mut end = 0;
        let lines = code.split_inclusive('\n').map(|line| {
            end += line.len();
            (line, end)
        });
        lines.filter(|(line, _)| begins(word, line)).map(|(_, end)| end).last()
    };
    let newline = newline(text);
    let import = format!("import \"{file}\";{newline}");
    match (line_of("import"), line_of("package").or(line_of("syntax")).or(line_of("edition"))) {
        (Some(end), _) => format!("{}{import}{}", &text[..end], &text[end..]),
        (None, Some(end)) => format!("{}{newline}{import}{}", &text[..end], &text[end..]),
        (None, None) => format!("{import}{newline}{text}"),
    }
}

fn append(text: &str, declaration: &str) -> String {
    let newline = newline(text);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { newline };
    format!("{text}{end}{newline}{declaration}{newline}")
}

/// Finds the braces of a service.
fn body(code: &str, service: &str) -> Option<(usize, usize)> {
    let open = code.match_indices("service").find_map(|(start, word)| {
        let is_word = !ends_word(&code[..start]);
        let rest = code[start + word.len()..].strip_prefix(char::is_whitespace).filter(|_| is_word)?;
        let rest = rest.trim_start().strip_prefix(service).filter(|rest| !starts_word(rest))?.trim_start();
        rest.starts_with('{').then(|| code.len() - rest.len())
    })?;
    let mut depth = 0;
    let close = code[open..].char_indices().find(|(_, each)| {
        depth += i32::from(*each == '{') - i32::from(*each == '}');
        depth == 0
    });
    close.map(|(close, _)| (open, open + close))
}

fn starts_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

fn ends_word(text: &str) -> bool {
    text.ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == '.')
}

/// Replaces comments and strings by spaces, so that each other character keeps its offset.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = hidden_length(rest);
        match length {
            0 => code.push(first),
            _ => code.extend(rest[..length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
        }
        rest = &rest[length.max(first.len_utf8())..];
    }
    code
}

/// Returns the length of the comment or string at the start of a text, or zero.
fn hidden_length(rest: &str) -> usize {
    let until = |end: &str, skipped: usize| rest[skipped..].find(end).map_or(rest.len(), |found| skipped + found);
    match rest.as_bytes() {
        [b'/', b'/', ..] => until("\n", 2),
        [b'/', b'*', ..] => (until("*/", 2) + 2).min(rest.len()),
        [quote @ (b'"' | b'\''), ..] => string_length(rest, *quote),
        _ => 0,
    }
}

fn string_length(rest: &str, quote: u8) -> usize {
    let mut is_escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let is_end = !is_escaped && (byte == quote || byte == b'\n');
        is_escaped = !is_escaped && byte == b'\\';
        is_end
    });
    end.map_or(rest.len(), |position| position + 2)
}

/// Returns the indentation of the last line of a text.
fn indentation(text: &str) -> String {
    indentation_of(text.rsplit('\n').next().unwrap_or_default())
}

fn indentation_of(line: &str) -> String {
    line.chars().take_while(|each| [' ', '\t'].contains(each)).collect()
}

fn has_blank_lines(members: &str) -> bool {
    let members = members.trim();
    members.lines().any(|line| line.trim().is_empty())
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::{NewMethod, add_import, add_message, add_method, add_service, new_file};

    fn method() -> NewMethod {
        let [name, request, response] = ["Get", "GetRequest", "GetResponse"].map(str::to_owned);
        NewMethod { name, request, response, takes_stream: false, returns_stream: true }
    }

    const ADDED: &str = "rpc Get(GetRequest) returns (stream GetResponse);";

    #[test]
    fn methods_are_appended_in_the_style_of_the_file() {
        for (before, after) in [
            ("service S {\n}\n", "service S {\n  ADDED\n}\n"),
            ("service S {}\n", "service S {\n  ADDED\n}\n"),
            ("service S {\n    rpc A(B) returns (B);\n}\n", "service S {\n    rpc A(B) returns (B);\n    ADDED\n}\n"),
            (
                "service S {\n\trpc A(B) returns (B) {\n\t\toption x = \"}\"; // }\n\t}\n\n\trpc C(B) returns (B); /* } */\n}\n",
                "service S {\n\trpc A(B) returns (B) {\n\t\toption x = \"}\"; // }\n\t}\n\n\trpc C(B) returns (B); /* } */\n\n\tADDED\n}\n",
            ),
            (
                "// service S {}\nservice Other { }\nservice S { rpc A(B) returns (B); } // end\n",
                "// service S {}\nservice Other { }\nservice S { rpc A(B) returns (B);\n  ADDED\n} // end\n",
            ),
            (
                "service S {\r\n  rpc A(B) returns (B);\r\n}\r\n",
                "service S {\r\n  rpc A(B) returns (B);\r\n  ADDED\r\n}\r\n",
            ),
            (
                "service SS {}\nservice S /* x */ {\n  // é }\n}\n",
                "service SS {}\nservice S /* x */ {\n  // é }\n  ADDED\n}\n",
            ),
        ] {
            let expected = after.replace("ADDED", ADDED);
            assert_eq!(add_method(before, "S", &method()).as_deref(), Some(expected.as_str()));
        }
        assert_eq!(add_method("service Other {}\nmessage S {}\n", "S", &method()), None);
    }

    #[test]
    fn declarations_are_appended() {
        assert_eq!(add_message("message A {}", "B"), "message A {}\n\nmessage B {}\n");
        assert_eq!(add_service("message A {}\n", "B"), "message A {}\n\nservice B {\n}\n");
        assert_eq!(new_file("", "a.v1", "S"), "syntax = \"proto3\";\n\npackage a.v1;\n\nservice S {\n}\n");
        let other = "// edition = \"1\";\nedition = \"2023\";\n";
        assert_eq!(new_file(other, "", "S"), "edition = \"2023\";\n\nservice S {\n}\n");
    }

    #[test]
    fn imports_follow_imports() {
        for (before, after) in [
            (
                "syntax = \"proto3\";\nimport \"a\";\n// import \"b\";\nmessage A {}\n",
                "syntax = \"proto3\";\nimport \"a\";\nADDED// import \"b\";\nmessage A {}\n",
            ),
            (
                "syntax = \"proto3\";\npackage a;\n\nmessage A {}\n",
                "syntax = \"proto3\";\npackage a;\n\nADDED\nmessage A {}\n",
            ),
        ] {
            assert_eq!(add_import(before, "x.proto"), after.replace("ADDED", "import \"x.proto\";\n"));
        }
    }
}
