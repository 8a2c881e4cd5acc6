//! Docs for the messages that travel.
//!
//! prost-build is told to leave them out, because it would let what they quote run as tests.

use std::collections::HashMap;

use super::text::{Kind, Node};
use crate::{
    docs::Docs,
    model::{Member, Model, Package, TypeName},
    names::Ident,
};

/// What is known of the types of a package.
pub(super) fn known<'a>(model: &'a Model, package: &Package) -> Known<'a> {
    let mut known = Known::new();
    package.messages.iter().for_each(|message| add_message(model, message, &mut known));
    package.enums.iter().for_each(|item| add_enum(model, item, &mut known));
    known
}

/// The types of a package, by their paths in the module of messages.
pub(super) type Known<'a> = HashMap<String, Type<'a>>;

/// The docs of a type and of its fields or variants.
pub(super) struct Type<'a> {
    docs: &'a Docs,
    members: Members<'a>,
    /// The names of values, as string literals, by those that they have for prost-build.
    renamed: HashMap<String, String>,
}

type Members<'a> = HashMap<&'a str, &'a Docs>;

fn add_message<'a>(model: &'a Model, name: &str, known: &mut Known<'a>) {
    let Some(message) = model.message(name) else { return };
    known.insert(key(&message.rust), Type::new(&message.docs, message.members.iter().map(of_member)));
    for oneof in message.oneofs() {
        let variants = oneof.fields.iter().map(|field| (field.wire_ident.as_str(), &field.docs));
        known.insert(key(&oneof.rust), Type::new(&oneof.docs, variants));
    }
    message.messages.iter().for_each(|nested| add_message(model, nested, known));
    message.enums.iter().for_each(|item| add_enum(model, item, known));
}

fn add_enum<'a>(model: &'a Model, name: &str, known: &mut Known<'a>) {
    let Some(item) = model.enumeration(name) else { return };
    let variants = item.values.iter().rev().map(|value| (value.wire_ident.as_str(), &value.docs));
    let renamed = item.values.iter().filter(|value| value.wire_name != value.name);
    let renamed = renamed.map(|value| (format!("{:?}", value.wire_name), format!("{:?}", value.name)));
    known.insert(key(&item.rust), Type { renamed: renamed.collect(), ..Type::new(&item.docs, variants) });
}

impl<'a> Type<'a> {
    fn new(docs: &'a Docs, members: impl Iterator<Item = (&'a str, &'a Docs)>) -> Self {
        Self { docs, members: members.collect(), renamed: HashMap::new() }
    }
}

fn of_member(member: &Member) -> (&str, &Docs) {
    match member {
        Member::Field(field) => (field.wire_ident.as_str(), &field.docs),
        Member::Oneof(oneof) => (oneof.wire_ident.as_str(), &oneof.docs),
    }
}

fn key(rust: &TypeName) -> String {
    rust.wire.iter().map(|ident: &Ident| format!("::{ident}")).collect()
}

/// Adds docs and lints' attributes to items that prost-build made, which stand at a path, and gives renamed values their own
/// names.
pub(super) fn items<'n>(code: Vec<Node<'n>>, path: &str, known: &Known<'_>) -> Vec<Node<'n>> {
    let mut documented = Vec::with_capacity(code.len());
    let mut start = 0;
    for mut node in code {
        let ends = node.is_block() || node.is(";");
        if let Kind::Group(_, body) = &mut node.kind
            && ends
        {
            let lines = item(&documented[start..], body, path, known);
            documented.splice(start..start, lines);
        }
        documented.push(node);
        if ends {
            start = documented.len();
        }
    }
    documented
}

/// Changes the body of an item, and gives the docs that belong above it.
fn item<'n>(head: &[Node<'n>], body: &mut Vec<Node<'n>>, path: &str, known: &Known<'_>) -> Vec<Node<'n>> {
    let mut words = head.iter().filter_map(Node::word);
    let keyword = words.by_ref().find(|word| *word != "pub").unwrap_or_default();
    let path = words.next().map(|name| format!("{path}::{name}")).unwrap_or_default();
    let code = std::mem::take(body);
    let (docs, code) = match (keyword, known.get(&path)) {
        ("mod", _) => (Vec::new(), items(code, &path, known)),
        ("struct" | "enum", Some(known)) => (lines(known.docs), of_members(code, &known.members)),
        ("impl", Some(known)) => (Vec::new(), functions(code, &known.renamed)),
        _ => (Vec::new(), code),
    };
    *body = code;
    docs
}

/// The functions of an enum, which give its values' names.
fn functions<'n>(code: Vec<Node<'n>>, renamed: &HashMap<String, String>) -> Vec<Node<'n>> {
    let mut functions = Vec::with_capacity(code.len());
    let mut is_start = true;
    for node in code {
        if is_start {
            functions.push(Node::attribute("must_use"));
        }
        is_start = node.is_block();
        functions.push(if is_start && !renamed.is_empty() { with_names(node, renamed) } else { node });
    }
    functions
}

/// The node, and all in it, with the names that values have in the `.proto`. They stand in arms, which have a line each.
fn with_names<'n>(mut node: Node<'n>, renamed: &HashMap<String, String>) -> Node<'n> {
    if let Kind::Group(_, inner) = &mut node.kind {
        *inner = std::mem::take(inner).into_iter().map(|node| with_names(node, renamed)).collect();
    }
    match node.word().and_then(|word| renamed.get(word)) {
        Some(name) => node.with_word(name.clone()),
        None => node,
    }
}

/// Fields or variants, each up to its comma.
fn of_members<'n>(code: Vec<Node<'n>>, docs: &Members<'_>) -> Vec<Node<'n>> {
    let mut documented = Vec::with_capacity(code.len() * 2);
    let (mut start, mut angles) = (0, 0_usize);
    let count = code.len();
    for (index, node) in code.into_iter().enumerate() {
        match &node.kind {
            Kind::Operator("<") => angles += 1,
            Kind::Operator(">") => angles = angles.saturating_sub(1),
            _ => (),
        }
        let ends = node.is(",") && angles == 0 || index + 1 == count;
        documented.push(node);
        if ends {
            let lines = of_one(&documented[start..], docs);
            documented.splice(start..start, lines);
            start = documented.len();
        }
    }
    documented
}

/// The docs of a field or a variant. Its name is the first that is not in an attribute.
fn of_one<'n>(code: &[Node<'_>], docs: &Members<'_>) -> Vec<Node<'n>> {
    let name = code.iter().filter_map(Node::word).find(|word| *word != "pub");
    name.and_then(|name| docs.get(name)).map(|docs| lines(docs)).unwrap_or_default()
}

/// Docs, a node a line.
fn lines<'n>(docs: &Docs) -> Vec<Node<'n>> {
    docs.to_string().lines().map(|line| Node::docs(line.to_owned())).collect()
}
