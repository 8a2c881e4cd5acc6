//! Compares the types of methods in code with those that the contract has now.

use std::collections::BTreeMap;

use syn::{File, FnArg, GenericArgument, Item, PathArguments, ReturnType, Signature, Type, UseTree};

use super::target::is_disabled;

/// The path of each name that a file imports.
#[derive(Debug, Default)]
pub(super) struct Imports(BTreeMap<String, Vec<String>>);

impl Imports {
    /// Collects the imports at the top of a file.
    pub(super) fn of(file: &File) -> Self {
        let mut imports = Self::default();
        for item in &file.items {
            if let Item::Use(item) = item
                && !is_disabled(&item.attrs)
            {
                imports.add(&item.tree, &mut Vec::new());
            }
        }
        imports
    }

    /// Returns the names in the signatures that templates print for a service of this package.
    fn of_templates(package: &str) -> Self {
        let package = package.split("::").map(str::to_owned).collect();
        Self([("api".to_owned(), package), ("svc".to_owned(), vec!["rust_svc".to_owned()])].into())
    }

    fn add(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.add(&inner.tree, path);
                path.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, path)),
            UseTree::Name(name) => self.bind(&name.ident.to_string(), &name.ident.to_string(), path),
            UseTree::Rename(rename) => self.bind(&rename.rename.to_string(), &rename.ident.to_string(), path),
            UseTree::Glob(_) => {}
        }
    }

    fn bind(&mut self, name: &str, last: &str, path: &[String]) {
        let mut path = path.to_vec();
        if last != "self" {
            path.push(last.to_owned());
        }
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_owned() };
        self.0.insert(name, path);
    }

    /// Replaces imported names at the start of a path.
    pub(super) fn resolve(&self, path: &syn::Path) -> Vec<String> {
        let mut path: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // Imports may begin with other imports.
        for _ in 0..self.0.len() {
            let Some(import) = self.0.get(&path[0]).filter(|import| import[0] != path[0]) else { break };
            path.splice(..1, import.iter().cloned());
        }
        path
    }
}

/// Returns the path of generated code below its root module.
pub(super) fn in_generated(path: &[String]) -> Option<Vec<String>> {
    let root = path.iter().position(|segment| segment == "generated")?;
    Some(path[root + 1..].to_vec())
}

/// The types of a method.
#[derive(Debug)]
pub(super) struct MethodTypes {
    takes: MessageType,
    returns: MessageType,
}

impl MethodTypes {
    /// Reads them from code. Returns `None` if the method has other parameters.
    pub(super) fn of_code(signature: &Signature, imports: &Imports) -> Option<Self> {
        let parameters: Vec<_> = signature.inputs.iter().collect();
        let [FnArg::Receiver(_), FnArg::Typed(_), FnArg::Typed(request)] = parameters[..] else { return None };
        let ReturnType::Type(_, result) = &signature.output else { return None };
        let returns = argument_of(result)?;
        Some(Self { takes: MessageType::new(&request.ty, imports), returns: MessageType::new(returns, imports) })
    }

    /// Reads them from the context of templates, for a service of a package.
    pub(super) fn of_contract(takes: &str, returns: &str, package: &str) -> Option<Self> {
        let imports = Imports::of_templates(package);
        let read = |text: &str| syn::parse_str(text).ok().map(|type_of: Type| MessageType::new(&type_of, &imports));
        Some(Self { takes: read(takes)?, returns: read(returns)? })
    }

    /// Returns whether they surely differ. Aliases and types of unknown origin may be equal.
    pub(super) fn differ(&self, other: &Self) -> bool {
        self.takes.differs(&other.takes) || self.returns.differs(&other.returns)
    }
}

/// The type of requests or responses.
#[derive(Debug)]
struct MessageType {
    streams: bool,
    name: Option<MessageName>,
}

#[derive(Debug, PartialEq, Eq)]
enum MessageName {
    Nothing,
    Generated(Vec<String>),
    Runtime(String),
}

impl MessageType {
    fn new(type_of: &Type, imports: &Imports) -> Self {
        if let Type::Tuple(tuple) = type_of {
            return Self { streams: false, name: tuple.elems.is_empty().then_some(MessageName::Nothing) };
        }
        let Type::Path(path) = type_of else { return Self { streams: false, name: None } };
        let resolved = imports.resolve(&path.path);
        let last = resolved.last().cloned().unwrap_or_default();
        match argument_of(type_of).filter(|_| last == "Streaming") {
            Some(inner) => Self { streams: true, ..Self::new(inner, imports) },
            None if resolved[0] == "rust_svc" => Self { streams: false, name: Some(MessageName::Runtime(last)) },
            None => Self { streams: false, name: in_generated(&resolved).map(MessageName::Generated) },
        }
    }

    fn differs(&self, other: &Self) -> bool {
        match (&self.name, &other.name) {
            (Some(one), Some(other_name)) => self.streams != other.streams || one != other_name,
            _ => self.streams && other.name.is_some() && !other.streams,
        }
    }
}

/// Returns the first generic argument of a type.
fn argument_of(type_of: &Type) -> Option<&Type> {
    let Type::Path(path) = type_of else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use syn::Item;

    use super::{Imports, MethodTypes};

    /// Whether a method of a file has other types than `rpc Get(Item) returns (stream Item)`.
    fn differs(imports: &str, takes: &str, returns: &str) -> bool {
        let text =
            format!("{imports} fn get(&self, cx: svc::Context, request: {takes}) -> svc::Result<{returns}> {{}}");
        let file = syn::parse_file(&text).expect("code");
        let Some(Item::Fn(function)) = file.items.last() else { panic!("no function") };
        let code = MethodTypes::of_code(&function.sig, &Imports::of(&file)).expect("a method");
        let contract = MethodTypes::of_contract("api::Item", "svc::Streaming<api::Item>", "generated::shop::v1");
        code.differ(&contract.expect("types"))
    }

    #[test]
    fn equal_types_may_be_written_in_many_ways() {
        for (imports, takes, returns) in [
            ("use crate::generated::shop::v1 as api;", "api::Item", "svc::Streaming<api::Item>"),
            ("use crate::generated::shop::v1::{self, Item};", "Item", "svc::Streaming<v1::Item>"),
            ("use crate::{generated, X}; use rust_svc::Streaming;", "generated::shop::v1::Item", "Streaming<Items>"),
            ("use crate::generated::shop::v1::*;", "Item", "svc::Streaming<Item>"),
            ("type A = B;", "A", "C"),
        ] {
            assert!(!differs(imports, takes, returns), "{imports} {takes} {returns}");
        }
    }

    #[test]
    fn other_types_differ() {
        const IMPORTS: &str = "use rust_svc as svc; use crate::generated::shop::v1 as api;";
        for (takes, returns) in [
            ("svc::Streaming<api::Item>", "svc::Streaming<api::Item>"),
            ("api::Item", "api::Item"),
            ("api::Other", "svc::Streaming<api::Item>"),
            ("crate::generated::shop::v2::Item", "svc::Streaming<api::Item>"),
            ("()", "svc::Streaming<api::Item>"),
            ("svc::Any", "svc::Streaming<api::Item>"),
        ] {
            assert!(differs(IMPORTS, takes, returns), "{takes} {returns}");
        }
    }
}
