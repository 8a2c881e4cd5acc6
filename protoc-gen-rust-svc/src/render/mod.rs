//! The fourth stage: the model to Rust text.
//!
//! What looks alike for every service is a template in `templates/service`; what has the shape of a type is put together
//! as text, and set out by `text`.

mod checks;
mod convert;
mod descriptor;
mod document;
mod domain;
mod format;
mod index;
mod json;
mod layout;
mod pb;
mod run;
mod seal;
mod services;
mod share;
mod text;

use std::{collections::BTreeMap, sync::OnceLock};

pub use self::{
    format::Unprintable,
    run::{ROOT, mark},
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
    let packages = &lowered.model.packages;
    let messages = OnceLock::new();
    let bodies = share::each(&in_turn(packages, options), |(package, artefact)| {
        let body = body(lowered, package, *artefact, options, &messages)?;
        let module = index::module_of(&package.artefacts, *artefact);
        let mut file = format::file(*artefact, &package.files, &body);
        seal::seal(&mut file);
        Ok((index::path(&package.module, module.plain()), file))
    });
    let artefacts = bodies.into_iter().collect::<Result<Files, _>>()?;
    let mut files = Files::new();
    for package in packages {
        let emitted: Vec<_> = emitted(package, options).collect();
        files.insert(index::path(&package.module, "mod"), index::package(package, &emitted, lowered, options)?);
    }
    index::outer_modules(lowered, options, &mut files)?;
    if emits_descriptor(lowered, options) {
        let file = descriptor::file(&lowered.descriptor_set, has_rules(lowered, options));
        files.insert("descriptor.rs".to_owned(), file);
    }
    files.values_mut().for_each(seal::seal);
    files.extend(artefacts);
    Ok(files)
}

/// What is printed, in the order in which it is begun. The messages of all packages are made at once, which takes long:
/// it begins first, and what waits for it comes last.
fn in_turn<'a>(packages: &'a [Package], options: &Options) -> Vec<(&'a Package, Artefact)> {
    let of_package = |package| emitted(package, options).map(move |artefact| (package, artefact));
    let mut all: Vec<_> = packages.iter().flat_map(of_package).collect();
    all.sort_by_key(|(_, artefact)| *artefact == Artefact::Pb);
    if let Some(last) = all.pop() {
        all.insert(0, last);
    }
    all
}

/// Whether what is printed checks requests by rules.
fn has_rules(lowered: &Lowered, options: &Options) -> bool {
    options.checks_rules && options.emits(Artefact::Convert) && lowered.model.has_rules()
}

/// Rules are read from the descriptors.
fn emits_descriptor(lowered: &Lowered, options: &Options) -> bool {
    options.emits(Artefact::Descriptor) || has_rules(lowered, options)
}

/// The artefacts of a package that are asked for and have something in them.
fn emitted(package: &Package, options: &Options) -> impl Iterator<Item = Artefact> {
    let (has_types, has_services) = (package.has_types(), !package.services.is_empty());
    let has_any = move |artefact: &Artefact| match artefact {
        Artefact::Domain => has_services || (has_types && options.types == Types::Domain),
        Artefact::Pb => has_types,
        Artefact::Convert => !package.messages.is_empty(),
        Artefact::Json => has_types && (package.needs_json || options.names_json),
        Artefact::Adapter | Artefact::Client | Artefact::Fake => has_services,
        Artefact::Gateway => !package.routed().is_empty(),
        Artefact::Descriptor => false,
    };
    Artefact::ALL.into_iter().filter(|artefact| options.emits(*artefact)).filter(has_any)
}

fn body(
    lowered: &Lowered,
    package: &Package,
    artefact: Artefact,
    options: &Options,
    messages: &OnceLock<Result<pb::Generated, Unprintable>>,
) -> Result<String, Unprintable> {
    let model = &lowered.model;
    Ok(match artefact {
        Artefact::Domain if options.types == Types::Domain => {
            services::domain(package)? + &domain::types(model, package)?
        }
        Artefact::Domain => services::domain(package)?,
        Artefact::Pb => {
            let generated = messages.get_or_init(|| pb::generate(lowered)).as_ref();
            pb::messages(lowered, package, generated.map_err(Clone::clone)?)?
        }
        Artefact::Convert => convert::impls(model, package, options)?,
        Artefact::Json => json::impls(model, package)?,
        Artefact::Adapter => services::adapter(package)?,
        Artefact::Client => services::client(package)?,
        Artefact::Gateway => services::gateway(package)?,
        Artefact::Fake => services::fake(package)?,
        Artefact::Descriptor => String::new(),
    })
}
