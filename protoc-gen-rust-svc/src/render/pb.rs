//! The messages that travel, by prost-build.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{self, AssertUnwindSafe},
};

use prost_build::{Config, Module};
use syn::{Attribute, Item, parse_quote};

use super::Unprintable;
use crate::{
    docs::Docs,
    lower::{Lowered, WireFile},
    model::{Home, Member, Model, Package, TypeName},
    names::Ident,
    options::{Artefact, Options},
};

/// Types of `google.protobuf` that have a type of Rust's own in prost.
const PLAIN: &[(&str, &str)] = &[
    ("BoolValue", "bool"),
    ("BytesValue", "::rust_svc::prost::alloc::vec::Vec<u8>"),
    ("DoubleValue", "f64"),
    ("Empty", "()"),
    ("FloatValue", "f32"),
    ("Int32Value", "i32"),
    ("Int64Value", "i64"),
    ("StringValue", "::rust_svc::prost::alloc::string::String"),
    ("UInt32Value", "u32"),
    ("UInt64Value", "u64"),
];

/// The messages of each package, by its name.
pub(super) fn messages(lowered: &Lowered, options: &Options) -> Result<BTreeMap<String, String>, Unprintable> {
    if !options.emits(Artefact::Pb) {
        return Ok(BTreeMap::new());
    }
    let generated = generate(&lowered.wire)?;
    let mut messages = BTreeMap::new();
    for package in &lowered.model.packages {
        let code = generated.get(&module(&lowered.wire, package)).map_or("", String::as_str);
        messages.insert(package.name.clone(), document(&lowered.model, package, code)?);
    }
    Ok(messages)
}

fn module(files: &[WireFile], package: &Package) -> Module {
    let file = files.iter().find(|file| file.package == package.name);
    let leaf = file.map_or("", |file| file.descriptor.package());
    Module::from_protobuf_package_name(leaf)
}

fn generate(files: &[WireFile]) -> Result<HashMap<Module, String>, Unprintable> {
    let mut config = config(files);
    let requests = files
        .iter()
        .map(|file| (Module::from_protobuf_package_name(file.descriptor.package()), file.descriptor.clone()));
    let requests: Vec<_> = requests.collect();
    // It panics on names that it cannot tell apart; they are told apart before, so it is a fault of the generator.
    let result = panic::catch_unwind(AssertUnwindSafe(|| config.generate(requests)));
    match result {
        Ok(generated) => generated.map_err(|error| Unprintable(error.to_string())),
        Err(panic) => Err(Unprintable(format!("prost-build: {}", panic_text(&*panic)))),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn config(files: &[WireFile]) -> Config {
    let mut config = Config::new();
    config.prost_path("::rust_svc::prost").compile_well_known_types().disable_comments(["."]);
    config.extern_path(".google.protobuf", "::rust_svc::wkt");
    for (name, rust) in PLAIN {
        config.extern_path(format!(".google.protobuf.{name}"), *rust);
    }
    let elsewhere: BTreeMap<_, _> = files.iter().filter_map(elsewhere).collect();
    for (package, path) in elsewhere {
        config.extern_path(format!(".{package}"), path);
    }
    config
}

/// The package of a file that was generated elsewhere, and the path of its messages.
fn elsewhere(file: &WireFile) -> Option<(&str, String)> {
    match &file.home {
        Home::Elsewhere(path) => Some((file.descriptor.package(), format!("{path}::pb"))),
        Home::Here(_) => None,
    }
}

/// Adds the docs that prost-build was told to leave out, because it would let them run as tests.
fn document(model: &Model, package: &Package, code: &str) -> Result<String, Unprintable> {
    let mut file = syn::parse_file(code).map_err(|error| Unprintable(format!("prost-build: {error}")))?;
    let known = documented(model, package);
    document_items(&mut file.items, &mut Vec::new(), &known);
    Ok(prettyplease::unparse(&file))
}

/// The docs of a type and of its fields or variants, by the path in the module of messages.
type Documented<'a> = HashMap<String, (&'a Docs, HashMap<String, &'a Docs>)>;

fn documented<'a>(model: &'a Model, package: &Package) -> Documented<'a> {
    let home = Home::Here(package.module.clone());
    let is_here = |rust: &TypeName| rust.home == home;
    let mut known = Documented::new();
    for message in model.messages.values().filter(|message| is_here(&message.rust)) {
        known.insert(key(&message.rust), (&message.docs, message.members.iter().map(member_docs).collect()));
        for oneof in message.oneofs() {
            let variants = oneof.fields.iter().map(|field| (field.wire_ident.to_string(), &field.docs));
            known.insert(key(&oneof.rust), (&oneof.docs, variants.collect()));
        }
    }
    for item in model.enums.values().filter(|item| is_here(&item.rust)) {
        let variants = item.values.iter().rev().map(|value| (value.wire_ident.to_string(), &value.docs));
        known.insert(key(&item.rust), (&item.docs, variants.collect()));
    }
    known
}

fn member_docs(member: &Member) -> (String, &Docs) {
    match member {
        Member::Field(field) => (field.wire_ident.to_string(), &field.docs),
        Member::Oneof(oneof) => (oneof.wire_ident.to_string(), &oneof.docs),
    }
}

fn key(rust: &TypeName) -> String {
    rust.wire.iter().map(Ident::as_str).collect::<Vec<_>>().join("::")
}

fn document_items(items: &mut [Item], path: &mut Vec<String>, known: &Documented<'_>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                let Some((_, items)) = &mut module.content else { continue };
                path.push(module.ident.to_string());
                document_items(items, path, known);
                path.pop();
            }
            Item::Struct(item) => {
                let Some((docs, fields)) = known.get(&join(path, &item.ident)) else { continue };
                prepend(&mut item.attrs, docs);
                for field in &mut item.fields {
                    let docs = field.ident.as_ref().and_then(|ident| fields.get(&ident.to_string()));
                    docs.into_iter().for_each(|docs| prepend(&mut field.attrs, docs));
                }
            }
            Item::Enum(item) => {
                let Some((docs, variants)) = known.get(&join(path, &item.ident)) else { continue };
                prepend(&mut item.attrs, docs);
                for variant in &mut item.variants {
                    let docs = variants.get(&variant.ident.to_string());
                    docs.into_iter().for_each(|docs| prepend(&mut variant.attrs, docs));
                }
            }
            _ => (),
        }
    }
}

fn join(path: &[String], ident: &syn::Ident) -> String {
    path.iter().cloned().chain([ident.to_string()]).collect::<Vec<_>>().join("::")
}

fn prepend(attributes: &mut Vec<Attribute>, docs: &Docs) {
    let lines = docs.lines().map(|line| -> Attribute {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        parse_quote!(#[doc = #line])
    });
    attributes.splice(0..0, lines.collect::<Vec<_>>());
}
