//! Runs prost-build on the renamed descriptors.

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use prost_build::{Config, Module};
use prost_types::{DescriptorProto, EnumDescriptorProto};

use crate::{
    lower::{PLACEHOLDERS, WELL_KNOWN, WireFile, placeholders},
    model::{Origin, Scalar, WellKnown},
    render::Unprintable,
};

/// The text that prost-build generates for each package, until it is taken.
pub(in crate::render) type ProstOutput = Mutex<HashMap<Module, String>>;

/// The module of the placeholders for messages in the output.
pub(super) const PLACEHOLDER: &str = "placeholder";

/// Generates the messages of all packages.
pub(in crate::render) fn generate(files: Vec<WireFile>, shared_bytes: &[String]) -> Result<ProstOutput, Unprintable> {
    let mut config = config(&files);
    config.bytes(shared_bytes);
    config.extern_path(format!(".{PLACEHOLDERS}"), PLACEHOLDER);
    let files = files.into_iter().map(|file| file.descriptor).chain([placeholders()]);
    let requests = files.map(|file| (Module::from_protobuf_package_name(file.package()), file));
    let requests: Vec<_> = requests.collect();
    // It panics on names that collide. Colliding names are renamed before, so a panic is a fault of the generator.
    match panic::catch_unwind(AssertUnwindSafe(|| config.generate(requests))) {
        Ok(output) => output.map(Mutex::new).map_err(|error| Unprintable(error.to_string())),
        Err(panic) => Err(Unprintable(format!("prost-build: {}", panic_text(&*panic)))),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn config(files: &[WireFile]) -> Config {
    let mut config = Config::new();
    // Comments are added later: prost-build would let code in them run as tests.
    config.prost_path("::rust_svc::prost").compile_well_known_types().disable_comments(["."]);
    // Types are mapped one by one, because packages below google.protobuf are not part of the runtime.
    for name in files.iter().filter(|file| file.package == WELL_KNOWN).flat_map(type_names) {
        let plain = WellKnown::message(name).and_then(plain).map(ToOwned::to_owned);
        let rust = plain.unwrap_or_else(|| format!("::rust_svc::wkt::{name}"));
        config.extern_path(format!(".{WELL_KNOWN}.{name}"), rust);
    }
    let extern_packages: BTreeMap<_, _> = files.iter().filter_map(extern_package).collect();
    for (package, path) in extern_packages {
        config.extern_path(format!(".{package}"), path);
    }
    config
}

/// Returns the type that prost uses in place of a message.
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

/// Returns the messages and enums at the top level of a file.
fn type_names(file: &WireFile) -> impl Iterator<Item = &str> {
    let messages = file.descriptor.message_type.iter().map(DescriptorProto::name);
    messages.chain(file.descriptor.enum_type.iter().map(EnumDescriptorProto::name))
}

/// Returns the package of a file that another run generated, and the path of its messages. The well-known types are in
/// the runtime, even if an option maps `.google`.
fn extern_package(file: &WireFile) -> Option<(&str, String)> {
    match &file.origin {
        Origin::Extern(path) if file.package != WELL_KNOWN => {
            let package = file.descriptor.package();
            let pb = package.rsplit('.').next().unwrap_or(package);
            // prost-build makes keywords raw by itself.
            Some((package, format!("{}::{pb}", path.replace("r#", ""))))
        }
        Origin::Extern(_) | Origin::Local(_) => None,
    }
}
