//! The messages that travel, by prost-build.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{self, AssertUnwindSafe},
};

use prost_build::{Config, Module};
use prost_types::{DescriptorProto, EnumDescriptorProto};

use super::{Unprintable, document, text};
use crate::{
    lower::{Lowered, WELL_KNOWN, WireFile},
    model::{Origin, Package, Scalar, WellKnown},
};

/// What prost-build makes.
pub(super) type Generated = HashMap<Module, String>;

/// The messages of a package, with docs.
pub(super) fn messages(lowered: &Lowered, package: &Package, generated: &Generated) -> Result<String, Unprintable> {
    let code = generated.get(&module(&lowered.wire, package)).map_or("", String::as_str);
    let known = document::known(&lowered.model, package);
    text::of_prost(code, |item| document::items(item, "", &known))
}

fn module(files: &[WireFile], package: &Package) -> Module {
    let file = files.iter().find(|file| file.package == package.name);
    let leaf = file.map_or("", |file| file.descriptor.package());
    Module::from_protobuf_package_name(leaf)
}

/// The messages of all packages.
pub(super) fn generate(lowered: &Lowered) -> Result<Generated, Unprintable> {
    let mut config = config(&lowered.wire);
    config.bytes(&lowered.shared_bytes);
    for field in &lowered.boxed {
        config.boxed(field);
    }
    let requests = lowered
        .wire
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
    // Each by itself: packages that lie in google.protobuf are no part of the runtime.
    for name in files.iter().filter(|file| file.package == WELL_KNOWN).flat_map(type_names) {
        let plain = WellKnown::message(name).and_then(plain).map(ToOwned::to_owned);
        let rust = plain.unwrap_or_else(|| format!("::rust_svc::wkt::{name}"));
        config.extern_path(format!(".{WELL_KNOWN}.{name}"), rust);
    }
    let elsewhere: BTreeMap<_, _> = files.iter().filter_map(elsewhere).collect();
    for (package, path) in elsewhere {
        config.extern_path(format!(".{package}"), path);
    }
    config
}

/// What prost has in place of a message.
fn plain(known: WellKnown) -> Option<&'static str> {
    match known {
        WellKnown::Empty => Some("()"),
        WellKnown::Wrapper(Scalar::Bytes) => Some("::rust_svc::prost::alloc::vec::Vec<u8>"),
        WellKnown::Wrapper(Scalar::SharedBytes) => Some("::rust_svc::prost::bytes::Bytes"),
        WellKnown::Wrapper(Scalar::String) => Some("::rust_svc::prost::alloc::string::String"),
        WellKnown::Wrapper(scalar) => Some(scalar.rust()),
        _ => None,
    }
}

/// The messages and enums that stand in a file itself.
fn type_names(file: &WireFile) -> impl Iterator<Item = &str> {
    let messages = file.descriptor.message_type.iter().map(DescriptorProto::name);
    messages.chain(file.descriptor.enum_type.iter().map(EnumDescriptorProto::name))
}

/// The package of a file that was generated elsewhere, and the path of its messages. What compilers bring is part of the
/// runtime, also where an option maps `.google`.
fn elsewhere(file: &WireFile) -> Option<(&str, String)> {
    match &file.origin {
        Origin::Extern(_) if file.package == WELL_KNOWN => None,
        // prost-build makes keywords raw by itself.
        Origin::Extern(path) => {
            let package = file.descriptor.package();
            let pb = package.rsplit('.').next().unwrap_or(package);
            Some((package, format!("{}::{pb}", path.replace("r#", ""))))
        }
        Origin::Local(_) => None,
    }
}
