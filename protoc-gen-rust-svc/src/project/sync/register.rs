//! Adds a service to the code of a project.

use quote::ToTokens as _;
use syn::{File, Item, ItemFn, Stmt};

/// Inserts a line among those that begin with a prefix, in their order; at the end of the file if there are none. A line that is
/// there already is not repeated.
pub(super) fn insert_line(source: &str, prefix: &str, line: &str) -> String {
    let lines: Vec<_> = source.split_inclusive('\n').collect();
    let is_alike = |other: &&str| other.starts_with(prefix);
    if lines.iter().any(|other| other.trim_end() == line) {
        return source.to_owned();
    }
    let is_attribute = |line: usize| lines[line].starts_with("#[");
    let above_attributes = |line: usize| (0..line).rev().take_while(|line| is_attribute(*line)).last().unwrap_or(line);
    let later = lines.iter().position(|other| is_alike(other) && other.trim_end() > line).map(above_attributes);
    let last = lines.iter().rposition(is_alike).map(|last| last + 1);
    match later.or(last) {
        Some(place) => [&lines[..place].concat(), line, "\n", &lines[place..].concat()].concat(),
        None => format!("{source}\n{line}\n"),
    }
}

/// Adds a binding and a call to the chain of the function `server`. Of all places, it takes the one after which the parser finds
/// the binding, and otherwise what it found before. Returns `None` if there is none.
pub(super) fn add_to_server(source: &str, binding: &str, call: &str) -> Option<String> {
    const CHAIN: &str = "Server::new()";
    let before = parsed(source)?;
    let added: Vec<Stmt> = syn::parse_str::<ItemFn>(&format!("fn x() {{ {binding} }}")).ok()?.block.stmts;
    source.match_indices(CHAIN).find_map(|(start, _)| {
        let (line, end) = (source[..start].rfind('\n')? + 1, start + CHAIN.len());
        let text =
            format!("{}    {binding}\n{}\n        {call}{}", &source[..line], &source[line..end], &source[end..]);
        let after = parsed(&text)?;
        (without(&after, &added)? == before.0 && after.1 == before.1).then_some(text)
    })
}

/// Returns whether the function `server` has a parameter with this name.
pub(super) fn server_takes(source: &str, name: &str) -> bool {
    let Ok(file) = syn::parse_file(source) else { return false };
    let server = server(&file).map(|server| server.sig.inputs.to_token_stream().to_string());
    server.is_some_and(|inputs| inputs.starts_with(&format!("{name} :")))
}

/// The statements of the function `server` before its last one, and the other items.
type ServerParts = (Vec<String>, Vec<String>);

fn parsed(source: &str) -> Option<ServerParts> {
    let file = syn::parse_file(source).ok()?;
    let statements = &server(&file)?.block.stmts;
    let (_, bindings) = statements.split_last()?;
    let is_other = |item: &&Item| !matches!(item, Item::Fn(function) if function.sig.ident == "server");
    let others = file.items.iter().filter(is_other).map(|item| item.to_token_stream().to_string());
    Some((bindings.iter().map(text).collect(), others.collect()))
}

fn server(file: &File) -> Option<&ItemFn> {
    file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == "server" => Some(function),
        _ => None,
    })
}

/// Removes the last statements, if they are these.
fn without(parsed: &ServerParts, added: &[Stmt]) -> Option<Vec<String>> {
    let added: Vec<_> = added.iter().map(text).collect();
    parsed.0.strip_suffix(added.as_slice()).map(<[String]>::to_vec)
}

fn text(statement: &Stmt) -> String {
    statement.to_token_stream().to_string()
}

#[cfg(test)]
mod tests {
    use super::{add_to_server, insert_line, server_takes};

    #[test]
    fn lines_are_inserted_in_order() {
        let source = "//! A.\n\nmod a;\nmod c;\n\npub use self::a::A;\n";
        assert_eq!(insert_line(source, "mod ", "mod b;"), source.replace("mod c", "mod b;\nmod c"));
        assert_eq!(insert_line(source, "mod ", "mod d;"), source.replace("mod c;\n", "mod c;\nmod d;\n"));
        let disabled = source.replace("mod c", "#[cfg(false)] // gone\nmod c");
        let expected = disabled.replace("#[cfg", "mod b;\n#[cfg");
        assert_eq!(insert_line(&disabled, "mod ", "mod b;"), expected);
        assert_eq!(insert_line(source, "use ", "use x;"), format!("{source}\nuse x;\n"));
    }

    #[test]
    fn services_are_added_to_the_chain() {
        let source = "// svc::Server::new()\npub fn other() -> svc::Server {\n    svc::Server::new()\n}\n\n/// Ours.\n\
                      pub fn server(x: &X) -> svc::Server {\n    let a = 1;\n    svc::Server::new()\n        .adapter(a) // ours\n}\n";
        let text = add_to_server(source, "let b = 2;", ".adapter(b)").expect("a place");
        let expected = source.replace(
            "    let a = 1;\n    svc::Server::new()\n",
            "    let a = 1;\n    let b = 2;\n    svc::Server::new()\n        .adapter(b)\n",
        );
        assert_eq!(text, expected);
        assert!(server_takes(source, "x") && !server_takes(source, "y"));
        assert_eq!(add_to_server("fn other() {}\n", "let b = 2;", ".adapter(b)"), None);
    }
}
