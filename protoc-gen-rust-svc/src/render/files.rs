//! All files of a run.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use quote::quote;

use super::{
    Unprintable, descriptor,
    modules::{self, Index, MODULE_FILE, Module, ModuleTree},
    openapi,
    parallel::parallel_map,
    pb::{self, ProstOutput},
    print::print,
    runtime::{import_runtime, import_where_mentioned},
    templates,
    types::{convert, domain, json},
};
use crate::{
    lower::{Lowered, WireFile},
    model::{Package, Service},
    names::Ident,
    options::{Artefact, Options, Types},
};

/// The content of each generated file, by its path.
pub type Files = BTreeMap<String, String>;

/// Renders every file. Takes the descriptors for prost-build.
pub fn render(lowered: &mut Lowered, options: &Options) -> Result<Files, Unprintable> {
    let wire = Mutex::new(std::mem::take(&mut lowered.wire));
    let lowered = &*lowered;
    let trees = ModuleTree::all(&lowered.model);
    let renderer = Renderer { lowered, options, trees: &trees, wire, messages: OnceLock::new() };
    let plan = renderer.plan();
    let files = parallel_map(&plan, |(path, file)| {
        Ok((path.clone(), print(renderer.file(file).map_err(|error| error.of(path))?)))
    });
    files.into_iter().chain(renderer.other_files().map(Ok)).collect()
}

/// A file that is to be rendered.
enum Plan<'a> {
    Index(&'a ModuleTree<'a>, &'a [Ident], &'a Module<'a>),
    Artefact(&'a Package, Artefact),
    Descriptor(&'a ModuleTree<'a>, &'a [u8]),
}

struct Renderer<'a> {
    lowered: &'a Lowered,
    options: &'a Options,
    trees: &'a [ModuleTree<'a>],
    /// The descriptors of the messages, until they are generated.
    wire: Mutex<Vec<WireFile>>,
    /// The messages of all packages, generated when the first package needs them.
    messages: OnceLock<Result<ProstOutput, Unprintable>>,
}

impl<'a> Renderer<'a> {
    /// Returns the files in the order of their work. The first file of prost messages generates those of all packages,
    /// which takes long: it comes first, and the files that wait for its result come last.
    fn plan(&self) -> Vec<(String, Plan<'a>)> {
        let artefacts = self.trees.iter().flat_map(|tree| self.plan_artefacts(tree));
        let (mut last, first): (Vec<_>, Vec<_>) =
            artefacts.partition(|(_, plan)| matches!(plan, Plan::Artefact(_, Artefact::Pb)));
        let generating = last.pop();
        // Without code, there is no module.
        let has_code = self.options.emit.iter().any(|artefact| artefact.is_code());
        let indexes = self.trees.iter().filter(|_| has_code).flat_map(|tree| {
            tree.files().map(|(path, module)| (tree.path(path, MODULE_FILE), Plan::Index(tree, path, module)))
        });
        generating.into_iter().chain(first).chain(last).chain(indexes).chain(self.plan_descriptors()).collect()
    }

    fn plan_artefacts(&self, tree: &'a ModuleTree<'a>) -> impl Iterator<Item = (String, Plan<'a>)> {
        let packages = tree.packages.iter().copied();
        let artefacts = packages.flat_map(|package| self.artefacts(package).map(move |artefact| (package, artefact)));
        artefacts.map(|(package, artefact)| {
            let module = modules::module_of(&package.artefacts, artefact);
            (tree.path(&package.module, module.plain()), Plan::Artefact(package, artefact))
        })
    }

    fn plan_descriptors(&self) -> impl Iterator<Item = (String, Plan<'a>)> {
        let trees = self.trees.iter().zip(&self.lowered.descriptor_sets).filter(|(tree, _)| self.has_descriptor(tree));
        trees.map(|(tree, set)| (tree.path(&[], Artefact::Descriptor.name()), Plan::Descriptor(tree, set)))
    }

    /// Returns the files for Cargo, and those about HTTP routes.
    fn other_files(&self) -> impl Iterator<Item = (String, String)> {
        let parts = self.trees.iter().filter_map(|tree| tree.part);
        let manifests = parts.map(modules::manifest).chain(modules::features(&self.lowered.model));
        let model = &self.lowered.model;
        let document = self.has_document().then(|| openapi::document(model, &self.options.openapi));
        let routes = self.options.emits(Artefact::Routes).then(|| openapi::routes_file(model));
        manifests.chain(document).chain(routes)
    }

    /// Whether there is an OpenAPI document, because a service has a route.
    fn has_document(&self) -> bool {
        let mut services = self.lowered.model.packages.iter().flat_map(|package| &package.services);
        self.options.emits(Artefact::Openapi) && services.any(Service::is_routed)
    }

    fn file(&self, plan: &Plan<'_>) -> Result<syn::File, Unprintable> {
        match plan {
            Plan::Index(tree, path, module) => self.index(tree, path, module),
            Plan::Artefact(package, artefact) => self.artefact(package, *artefact),
            Plan::Descriptor(tree, set) => Ok(syn::parse2(descriptor::items(set, self.has_rules(tree)))?),
        }
    }

    fn index(&self, tree: &ModuleTree<'_>, path: &[Ident], module: &Module<'_>) -> Result<syn::File, Unprintable> {
        let artefacts = module.package.map(|package| self.artefacts(package).collect()).unwrap_or_default();
        let has_descriptor = path.is_empty() && self.has_descriptor(tree);
        let (lowered, options, has_document) = (self.lowered, self.options, self.has_document());
        Index { lowered, options, tree, path, module, artefacts, has_descriptor, has_document }.file()
    }

    fn artefact(&self, package: &Package, artefact: Artefact) -> Result<syn::File, Unprintable> {
        let model = &self.lowered.model;
        let mut file = match artefact {
            Artefact::Domain => return self.domain(package),
            Artefact::Pb => {
                let output = self.messages.get_or_init(|| self.generate_messages()).as_ref();
                return pb::file(self.lowered, package, output.map_err(Clone::clone)?);
            }
            Artefact::Convert => syn::parse2(convert::items(model, package, self.options))?,
            Artefact::Json => syn::parse2(json::items(model, package))?,
            Artefact::Adapter => templates::adapter(package)?,
            Artefact::Client => templates::client(package)?,
            Artefact::Gateway => templates::gateway(package)?,
            Artefact::Fake => templates::fake(package)?,
            // A crate has one of each.
            Artefact::Descriptor | Artefact::Openapi | Artefact::Routes => syn::parse2(quote!())?,
        };
        import_runtime(&mut file.items);
        Ok(file)
    }

    fn generate_messages(&self) -> Result<ProstOutput, Unprintable> {
        let wire = std::mem::take(&mut *self.wire.lock().unwrap_or_else(PoisonError::into_inner));
        pb::generate(wire, &self.lowered.shared_bytes)
    }

    /// Returns the services of a package and its domain types.
    fn domain(&self, package: &Package) -> Result<syn::File, Unprintable> {
        let mut file = templates::domain(package)?;
        let mut needs_runtime = !package.services.is_empty();
        if self.options.types == Types::Domain {
            let mut types = syn::parse2::<syn::File>(domain::items(&self.lowered.model, package))?;
            needs_runtime |= import_where_mentioned(&mut types.items);
            file.items.extend(types.items);
        }
        if needs_runtime {
            import_runtime(&mut file.items);
        }
        Ok(file)
    }

    /// Returns the requested artefacts of a package that are not empty.
    fn artefacts<'b>(&self, package: &'b Package) -> impl Iterator<Item = Artefact> + use<'a, 'b> {
        let options = self.options;
        let (has_types, has_services) = (package.has_types(), !package.services.is_empty());
        let has_any = move |artefact: &Artefact| match artefact {
            Artefact::Domain => has_services || (has_types && options.types == Types::Domain),
            Artefact::Pb => has_types,
            Artefact::Convert => !package.messages.is_empty(),
            Artefact::Json => has_types && (package.needs_json || options.names_json),
            Artefact::Client | Artefact::Fake => has_services,
            Artefact::Adapter => !package.served_services().is_empty(),
            Artefact::Gateway => !package.routed_services().is_empty(),
            Artefact::Descriptor | Artefact::Openapi | Artefact::Routes => false,
        };
        Artefact::ALL.into_iter().filter(|artefact| options.emits(*artefact)).filter(has_any)
    }

    /// Whether requests of a crate are checked by rules.
    fn has_rules(&self, tree: &ModuleTree<'_>) -> bool {
        let is_checked = self.options.checks_rules && self.options.emits(Artefact::Convert);
        is_checked && tree.packages.iter().any(|package| self.lowered.model.is_ruled(package))
    }

    /// Whether a crate has descriptors. Rules are read from them.
    fn has_descriptor(&self, tree: &ModuleTree<'_>) -> bool {
        self.options.emits(Artefact::Descriptor) || self.has_rules(tree)
    }
}
