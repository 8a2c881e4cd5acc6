//! All files of a run.

use std::{collections::BTreeMap, sync::OnceLock};

use quote::quote;

use super::{
    Unprintable, descriptor,
    index::{self, Index},
    parallel::parallel_map,
    pb::{self, ProstOutput},
    print::print,
    templates,
    tokens::mentions_runtime,
    types::{convert, domain, json},
};
use crate::{
    lower::Lowered,
    model::Package,
    names::Ident,
    options::{Artefact, Options, Types},
};

/// The content of each generated file, by its path.
pub type Files = BTreeMap<String, String>;

/// Renders every file.
pub fn render(lowered: &Lowered, options: &Options) -> Result<Files, Unprintable> {
    let renderer = Renderer { lowered, options, messages: OnceLock::new() };
    let plan = renderer.plan();
    let files = parallel_map(&plan, |(path, file)| {
        Ok((path.clone(), print(renderer.file(file).map_err(|error| error.of(path))?)))
    });
    files.into_iter().collect()
}

/// A file that is to be rendered.
enum Plan<'a> {
    Index(Vec<Ident>),
    Artefact(&'a Package, Artefact),
    Descriptor,
}

struct Renderer<'a> {
    lowered: &'a Lowered,
    options: &'a Options,
    /// The messages of all packages, generated when the first package needs them.
    messages: OnceLock<Result<ProstOutput, Unprintable>>,
}

impl<'a> Renderer<'a> {
    /// Returns the files in the order of their work. The first file of prost messages generates those of all packages,
    /// which takes long: it comes first, and the files that wait for its result come last.
    fn plan(&self) -> Vec<(String, Plan<'a>)> {
        let packages = self.lowered.model.packages.iter();
        let artefacts = packages.flat_map(|package| self.artefacts(package).map(move |artefact| (package, artefact)));
        let (mut last, first): (Vec<_>, Vec<_>) = artefacts.partition(|(_, artefact)| *artefact == Artefact::Pb);
        let generating = last.pop();
        let artefacts = generating.into_iter().chain(first).chain(last).map(|(package, artefact)| {
            let module = index::module_of(&package.artefacts, artefact);
            (index::path(&package.module, module.plain()), Plan::Artefact(package, artefact))
        });
        let indexes = index::modules(self.lowered).into_iter();
        let indexes = indexes.map(|module| (index::path(&module, "mod"), Plan::Index(module)));
        let descriptor =
            self.has_descriptor().then(|| (index::path(&[], Artefact::Descriptor.name()), Plan::Descriptor));
        artefacts.chain(indexes).chain(descriptor).collect()
    }

    fn file(&self, plan: &Plan<'_>) -> Result<syn::File, Unprintable> {
        match plan {
            Plan::Index(module) => self.index(module),
            Plan::Artefact(package, artefact) => self.artefact(package, *artefact),
            Plan::Descriptor => self.descriptor(),
        }
    }

    fn descriptor(&self) -> Result<syn::File, Unprintable> {
        Ok(syn::parse2(descriptor::items(&self.lowered.descriptor_set, self.has_rules()))?)
    }

    fn index(&self, module: &[Ident]) -> Result<syn::File, Unprintable> {
        let package = self.lowered.model.packages.iter().find(|package| package.module == module);
        let package = package.map(|package| (package, self.artefacts(package).collect()));
        let has_descriptor = self.has_descriptor();
        Index { lowered: self.lowered, options: self.options, module, package, has_descriptor }.file()
    }

    fn artefact(&self, package: &Package, artefact: Artefact) -> Result<syn::File, Unprintable> {
        let model = &self.lowered.model;
        let mut file = match artefact {
            Artefact::Domain => return self.domain(package),
            Artefact::Pb => {
                let output = self.messages.get_or_init(|| pb::generate(self.lowered)).as_ref();
                return pb::file(self.lowered, package, output.map_err(Clone::clone)?);
            }
            Artefact::Convert => syn::parse2(convert::items(model, package, self.options))?,
            Artefact::Json => syn::parse2(json::items(model, package))?,
            Artefact::Adapter => templates::adapter(package)?,
            Artefact::Client => templates::client(package)?,
            Artefact::Gateway => templates::gateway(package)?,
            Artefact::Fake => templates::fake(package)?,
            Artefact::Descriptor => return self.descriptor(),
        };
        import_runtime(&mut file)?;
        Ok(file)
    }

    /// Returns the services of a package and its domain types.
    fn domain(&self, package: &Package) -> Result<syn::File, Unprintable> {
        let mut file = templates::domain(package)?;
        let mut needs_runtime = !package.services.is_empty();
        if self.options.types == Types::Domain {
            let types = domain::items(&self.lowered.model, package);
            needs_runtime |= mentions_runtime(&types);
            file.items.extend(syn::parse2::<syn::File>(quote!(#types))?.items);
        }
        if needs_runtime {
            import_runtime(&mut file)?;
        }
        Ok(file)
    }

    /// Returns the requested artefacts of a package that are not empty.
    fn artefacts(&self, package: &'a Package) -> impl Iterator<Item = Artefact> + use<'a> {
        let options = self.options;
        let (has_types, has_services) = (package.has_types(), !package.services.is_empty());
        let has_any = move |artefact: &Artefact| match artefact {
            Artefact::Domain => has_services || (has_types && options.types == Types::Domain),
            Artefact::Pb => has_types,
            Artefact::Convert => !package.messages.is_empty(),
            Artefact::Json => has_types && (package.needs_json || options.names_json),
            Artefact::Adapter | Artefact::Client | Artefact::Fake => has_services,
            Artefact::Gateway => !package.routed_services().is_empty(),
            Artefact::Descriptor => false,
        };
        Artefact::ALL.into_iter().filter(|artefact| options.emits(*artefact)).filter(has_any)
    }

    /// Whether requests are checked by rules.
    fn has_rules(&self) -> bool {
        self.options.checks_rules && self.options.emits(Artefact::Convert) && self.lowered.model.has_rules()
    }

    /// Whether descriptors are generated. Rules are read from them.
    fn has_descriptor(&self) -> bool {
        self.options.emits(Artefact::Descriptor) || self.has_rules()
    }
}

/// Imports the runtime under its short name.
fn import_runtime(file: &mut syn::File) -> Result<(), Unprintable> {
    file.items.insert(
        0,
        syn::parse2(quote!(
            use ::rust_svc as svc;
        ))?,
    );
    Ok(())
}
