//! The tree of modules.

use std::collections::{BTreeSet, btree_map::Entry};

use super::{
    Files, Unprintable,
    format::{self, MARK},
    run,
};
use crate::{
    lower::Lowered,
    model::{Artefacts, Package},
    names::Ident,
    options::{Artefact, Options},
};

/// The path of a file in a module.
pub(super) fn path(module: &[Ident], file: &str) -> String {
    let folders: String = module.iter().map(|ident| format!("{}/", ident.plain())).collect();
    format!("{folders}{file}.rs")
}

/// The module of an artefact.
pub(super) fn module_of(artefacts: &Artefacts, artefact: Artefact) -> &Ident {
    match artefact {
        Artefact::Domain => &artefacts.domain,
        Artefact::Pb | Artefact::Descriptor => &artefacts.pb,
        Artefact::Convert => &artefacts.convert,
        Artefact::Adapter => &artefacts.adapter,
        Artefact::Client => &artefacts.client,
        Artefact::Gateway => &artefacts.gateway,
        Artefact::Fake => &artefacts.fake,
        Artefact::Json => &artefacts.json,
    }
}

/// The index of a package: its artefacts, and the packages that lie in it.
pub(super) fn package(
    package: &Package,
    emitted: &[Artefact],
    lowered: &Lowered,
    options: &Options,
) -> Result<String, Unprintable> {
    let mut text = format::head(&package.files);
    text += &match package.name.as_str() {
        "" => "//! What has no package, and the packages that were generated.\n\n".to_owned(),
        name => format!("//! The package `{name}`.\n\n"),
    };
    if package.module.is_empty() {
        text += ROOT_ALLOWS;
    }
    text += &children(&package.module, lowered);
    let is_apart = options.domain_path.is_some();
    let mut reexports = domain_elsewhere(package, options);
    for artefact in emitted {
        let module = module_of(&package.artefacts, *artefact);
        match artefact {
            Artefact::Pb => {
                text += &format!("/// The messages as they travel.\npub mod {module};\n");
                if options.speaks_messages() {
                    reexports += &format!("pub use self::{module}::*;\n");
                }
            }
            Artefact::Json => text += &format!("/// The JSON of the messages.\npub mod {module};\n"),
            Artefact::Convert if is_apart => {
                text += &format!("/// Between the plain types and the messages.\npub mod {module};\n");
            }
            Artefact::Convert => text += &format!("mod {module};\n"),
            _ => {
                text += &format!("mod {module};\n");
                reexports += &format!("pub use self::{module}::*;\n");
            }
        }
    }
    text += "\n";
    text += &reexports;
    text += "\n// A runtime that is too old for this code has no such constant.\nconst _: () = ::rust_svc::GENERATED_BY_0_1;\n";
    check(text)
}

/// The plain types of another crate, at the path where they would be if they were generated here.
fn domain_elsewhere(package: &Package, options: &Options) -> String {
    let has_any = package.has_types() || !package.services.is_empty();
    let Some(path) = options.domain_path.as_ref().filter(|_| has_any) else { return String::new() };
    let modules: String = package.module.iter().map(|module| format!("::{module}")).collect();
    format!("pub use {path}{modules}::*;\n")
}

/// The indexes of modules that are no package, and of the root.
pub(super) fn outer_modules(lowered: &Lowered, options: &Options, files: &mut Files) -> Result<(), Unprintable> {
    let mut outer: BTreeSet<Vec<Ident>> = BTreeSet::from([Vec::new()]);
    for package in &lowered.model.packages {
        outer.extend((1..package.module.len()).map(|length| package.module[..length].to_vec()));
    }
    for module in outer {
        if let Entry::Vacant(vacant) = files.entry(path(&module, "mod")) {
            vacant.insert(outer_module(&module, lowered)?);
        }
    }
    if let Some(root) = files.get_mut(run::ROOT) {
        if super::emits_descriptor(lowered, options) {
            *root += &descriptor(&lowered.model.descriptors);
        }
        *root += &format!("\n{}", run::line(&lowered.model));
    }
    Ok(())
}

/// The module of the descriptors, whose file is called the same in any case.
fn descriptor(module: &Ident) -> String {
    let name = Artefact::Descriptor.name();
    let path = if module.as_str() == name { String::new() } else { format!("#[path = \"{name}.rs\"]\n") };
    format!("\n{path}mod {module};\npub use self::{module}::FILE_DESCRIPTOR_SET;\n")
}

fn outer_module(module: &[Ident], lowered: &Lowered) -> Result<String, Unprintable> {
    let name: Vec<_> = module.iter().map(Ident::plain).collect();
    let head = match name.as_slice() {
        [] => format!("//! The packages that were generated.\n\n{ROOT_ALLOWS}"),
        name => format!("//! The packages in `{}`.\n\n", name.join(".")),
    };
    check(format!("{MARK}. Do not edit.\n\n{head}{}", children(module, lowered)))
}

/// A program uses part of what is here, and what is here uses what is deprecated.
const ROOT_ALLOWS: &str = "\
// A program uses a part of this, and this uses what is deprecated.
#![allow(dead_code, deprecated, unreachable_pub, unused_imports, unused_qualifications)]
// Names, sizes, numbers and comments are those of the .proto files.
#![allow(clippy::disallowed_names, clippy::iter_not_returning_iterator, clippy::many_single_char_names)]
#![allow(clippy::module_inception, clippy::new_ret_no_self, clippy::should_implement_trait, clippy::similar_names)]
#![allow(clippy::wrong_self_convention, clippy::large_enum_variant, clippy::large_stack_arrays)]
#![allow(clippy::struct_excessive_bools, clippy::too_many_lines, clippy::zero_sized_map_values)]
#![allow(clippy::approx_constant, clippy::doc_lazy_continuation, clippy::doc_markdown)]
#![allow(clippy::len_without_is_empty, clippy::self_named_constructors, clippy::trivially_copy_pass_by_ref)]
#![allow(clippy::enum_variant_names, clippy::struct_field_names, clippy::upper_case_acronyms)]
// It is set out by its own printer.
#![cfg_attr(rustfmt, rustfmt_skip)]

";

fn children(module: &[Ident], lowered: &Lowered) -> String {
    let below = lowered
        .model
        .packages
        .iter()
        .filter(|other| other.module.len() > module.len() && other.module.starts_with(module));
    let names: BTreeSet<&Ident> = below.map(|other| &other.module[module.len()]).collect();
    names.into_iter().map(|name| format!("pub mod {name};\n")).collect()
}

fn check(text: String) -> Result<String, Unprintable> {
    format::check(&text)?;
    Ok(text)
}
