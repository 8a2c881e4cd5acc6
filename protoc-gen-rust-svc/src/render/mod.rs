//! The fourth stage: the model to Rust text.
//!
//! What looks alike for every service is a template in `templates/service`; what has the shape of a type is `quote!`.

mod convert;
mod descriptor;
mod domain;
mod format;
mod index;
mod json;
mod layout;
mod pb;
mod seal;
mod services;
mod tokens;

use std::collections::BTreeMap;

pub use self::{
    format::Unprintable,
    seal::{Seal, read as read_seal},
};
use crate::{
    lower::Lowered,
    model::Package,
    options::{Artefact, Options, Types},
};

/// What is generated: the content of each file, by its path.
pub type Files = BTreeMap<String, String>;

/// Prints every file.
pub fn render(lowered: &Lowered, options: &Options) -> Result<Files, Unprintable> {
    let mut files = Files::new();
    let messages = pb::messages(lowered, options)?;
    for package in &lowered.model.packages {
        let mut emitted = Vec::new();
        for (artefact, body) in artefacts(lowered, package, options, messages.get(&package.name))? {
            let module = index::module_of(&package.artefacts, artefact);
            files.insert(index::path(&package.module, module.plain()), format::file(artefact, &package.files, &body)?);
            emitted.push(artefact);
        }
        files.insert(index::path(&package.module, "mod"), index::package(package, &emitted, lowered, options)?);
    }
    index::outer_modules(lowered, options, &mut files)?;
    if options.emits(Artefact::Descriptor) {
        files.insert("descriptor.rs".to_owned(), descriptor::file(&lowered.descriptor_set));
    }
    files.values_mut().for_each(|text| *text = seal::seal(text));
    Ok(files)
}

/// The artefacts of a package that are asked for and have something in them.
fn artefacts(
    lowered: &Lowered,
    package: &Package,
    options: &Options,
    messages: Option<&String>,
) -> Result<Vec<(Artefact, String)>, Unprintable> {
    let model = &lowered.model;
    let has_types = package.has_types();
    let has_services = !package.services.is_empty();
    let domain = match options.types {
        Types::Domain => domain::types(model, package)?,
        Types::Proto => String::new(),
    };
    let bodies = [
        (Artefact::Domain, has_services || !domain.is_empty(), services::domain(package)? + &domain),
        (Artefact::Pb, has_types, messages.cloned().unwrap_or_default()),
        (Artefact::Convert, !package.messages.is_empty(), convert::impls(model, package, options.types)?),
        (Artefact::Json, package.needs_json && has_types, json::impls(model, package)?),
        (Artefact::Adapter, has_services, services::adapter(package)?),
        (Artefact::Client, has_services, services::client(package)?),
        (Artefact::Gateway, !package.routed().is_empty(), services::gateway(package)?),
        (Artefact::Fake, has_services, services::fake(package)?),
    ];
    let chosen = bodies.into_iter().filter(|(artefact, is_there, _)| *is_there && options.emits(*artefact));
    Ok(chosen.map(|(artefact, _, body)| (artefact, body)).collect())
}
