//! From a description to the text of a `.proto` file.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    declaration::{FileDeclaration, MessageDeclaration},
    document::{Node, parse},
    names::{camel, snake},
};
use crate::diagnostics::Problem;

/// A first `.proto` file.
#[derive(Debug)]
pub struct Migrated {
    /// The text.
    pub text: String,
    /// Notes on what the file does not have, or has otherwise, with positions in the description.
    pub notes: Vec<String>,
}

/// The state of a migration.
pub(super) struct Migration<'a> {
    pub(super) root: Node<'a>,
    /// The messages of schemas, by their pointers.
    pub(super) named: BTreeMap<String, String>,
    /// The names of messages.
    pub(super) taken: BTreeSet<String>,
    pub(super) messages: Vec<MessageDeclaration>,
    pub(super) imports: BTreeSet<&'static str>,
    pub(super) depth: usize,
    notes: Vec<String>,
}

/// Writes a `.proto` file for a description in OpenAPI 3. `package` is that of the file; by default it has the name of the API.
pub fn migrate(file: &str, text: &str, package: Option<&str>) -> Result<Migrated, Problem> {
    let yaml = parse(file, text)?;
    let root = Node::new(file, &yaml);
    check_version(root)?;
    let mut migration = Migration {
        root,
        named: BTreeMap::new(),
        taken: BTreeSet::new(),
        messages: Vec::new(),
        imports: BTreeSet::from(["google/api/annotations.proto"]),
        depth: 0,
        notes: Vec::new(),
    };
    let info = root.get("info").unwrap_or(root);
    let title = Some(info.text_of("title")).filter(|title| !title.is_empty()).unwrap_or_else(|| "Api".to_owned());
    let methods = migration.methods();
    if methods.is_empty() {
        let help = "name a description of a REST API, with `paths`";
        return Err(Problem { position: root.position(), ..Problem::uncoded("no operations".to_owned(), help) });
    }
    let name = camel(&title);
    let declared = FileDeclaration {
        package: package.map_or_else(|| format!("{}.v1", snake(&title)), str::to_owned),
        imports: migration.imports,
        service: if name.ends_with("Service") { name } else { format!("{name}Service") },
        comment: info.text_of("description"),
        methods,
        messages: migration.messages,
    };
    Ok(Migrated { text: declared.text(), notes: migration.notes })
}

fn check_version(root: Node<'_>) -> Result<(), Problem> {
    let refused = |message: &str, help: &str| {
        Err(Problem { position: root.position(), ..Problem::uncoded(message.to_owned(), help) })
    };
    match (root.text_of("openapi").starts_with("3."), root.get("swagger").is_some()) {
        (true, _) => Ok(()),
        (false, true) => refused("Swagger 2.0 is not supported", "convert the description to OpenAPI 3"),
        (false, false) => {
            refused("not an OpenAPI description: `openapi: 3.x` is missing", "name a description in OpenAPI 3")
        }
    }
}

impl<'a> Migration<'a> {
    /// Notes what the file does not have.
    pub(super) fn note(&mut self, node: Node<'a>, text: &str) {
        let note = format!("{}note: {text}", node.position());
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Returns the pointer of a reference. Those to other files are noted.
    pub(super) fn reference(&mut self, node: Node<'a>) -> Option<String> {
        let reference = node.get("$ref")?.text()?;
        match reference.strip_prefix('#').filter(|pointer| self.root.pointer(pointer).is_some()) {
            Some(pointer) => Some(pointer.to_owned()),
            None => {
                self.note(node, &format!("unknown reference `{reference}`: bundle the description into one file"));
                None
            }
        }
    }

    /// Follows a reference, if the node is one.
    pub(super) fn resolved(&mut self, node: Node<'a>) -> Node<'a> {
        let mut node = node;
        // A reference may lead to another, but not for ever.
        for _ in 0..8 {
            match self.reference(node).and_then(|pointer| self.root.pointer(&pointer)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }
}
