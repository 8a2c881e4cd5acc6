//! Which packages are generated, and as which modules.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{full_name, has_module, wire_enum, wire_name};
use crate::{
    model::{Artefacts, Origin, Package},
    names::{Ident, Scope},
    options::{Artefact, Options, Types},
    read::{Input, descriptor::MessageDescriptor},
};

/// The package whose messages are part of the runtime.
pub(crate) const WELL_KNOWN: &str = "google.protobuf";

/// The name of the file that lists what is below a module.
const MODULE_FILE: &str = "mod";

/// Every package that is known.
pub(super) struct Packages {
    pub(super) owners: Owners,
    /// The module of the descriptors.
    pub(super) descriptors: Ident,
    modules: BTreeMap<String, Vec<Ident>>,
    origins: BTreeMap<String, Origin>,
    artefacts: BTreeMap<String, Artefacts>,
    generated_files: BTreeSet<String>,
    generated: BTreeSet<String>,
}

impl Packages {
    pub(super) fn new(input: &Input, options: &Options) -> Self {
        let owners = Owners::new(input);
        let generated_files = generated_files(input, &owners, options);
        let of_file = |name: &String| input.files.iter().find(|file| file.descriptor.name == *name);
        let generated: BTreeSet<_> =
            generated_files.iter().filter_map(of_file).map(|file| file.descriptor.package.clone()).collect();
        let modules = modules(input);
        let origins: BTreeMap<_, _> =
            modules.iter().map(|(name, module)| (name.clone(), origin(name, module, options))).collect();
        // What was generated elsewhere has the names there that it would have here.
        let printed: BTreeMap<_, _> = origins
            .iter()
            .filter(|(name, origin)| generated.contains(*name) || is_elsewhere(name, origin))
            .map(|(name, origin)| (name.clone(), origin.clone()))
            .collect();
        let artefacts = printed.iter().map(|(name, origin)| {
            let mut taken = children(origin, &printed);
            taken.extend(message_modules(input, name).filter(|_| options.types == Types::Proto));
            (name.clone(), artefacts(taken))
        });
        let mut at_root = children(&Origin::Local(Vec::new()), &printed);
        at_root.extend(message_modules(input, "").filter(|_| options.speaks_messages() && generated.contains("")));
        let descriptors = scope_of(at_root).take(Ident::snake(Artefact::Descriptor.name()));
        Self { owners, descriptors, artefacts: artefacts.collect(), modules, origins, generated_files, generated }
    }

    /// Where a package lives.
    pub(super) fn origin(&self, package: &str) -> Origin {
        self.origins.get(package).cloned().unwrap_or(Origin::Local(Vec::new()))
    }

    /// The module of a package, from the root of what it is generated with.
    pub(super) fn module(&self, package: &str) -> &[Ident] {
        self.modules.get(package).map_or(&[], Vec::as_slice)
    }

    /// The files for which code is generated.
    pub(super) fn generated_files(&self) -> &BTreeSet<String> {
        &self.generated_files
    }

    /// Whether code is generated for a file.
    pub(super) fn is_generated(&self, file: &str) -> bool {
        self.generated_files.contains(file)
    }

    /// The files for which code is generated, and those that they refer to.
    pub(super) fn referred(&self, input: &Input) -> BTreeSet<String> {
        with_referred(input, &self.owners, self.generated_files.clone())
    }

    /// Whether the types of a package can be named by what is generated.
    pub(super) fn is_reachable(&self, package: &str) -> bool {
        package == WELL_KNOWN
            || self.generated.contains(package)
            || matches!(self.origins.get(package), Some(Origin::Extern(_)))
    }

    /// Whether a file is not generated although others of its package are.
    pub(super) fn is_left_out(&self, file: &str, package: &str) -> bool {
        self.generated.contains(package) && !self.is_generated(file)
    }

    /// The module of messages of a package; `pb` for one that is generated nowhere.
    pub(super) fn pb(&self, package: &str) -> Ident {
        self.artefacts.get(package).map_or_else(|| Ident::snake("pb"), |artefacts| artefacts.pb.clone())
    }

    /// The modules that may not be taken by anything else in a package.
    pub(super) fn reserved(&self, package: &str) -> Scope {
        // `Box` is what async_trait calls it, in the same file.
        let mut scope = Scope::with(&["svc", "std", "core", "alloc", "Box"]);
        if package.is_empty() {
            scope.take(Ident::snake(Artefact::Descriptor.name()));
        }
        if let Some(artefacts) = self.artefacts.get(package) {
            artefacts.all().into_iter().for_each(|ident| {
                scope.take(ident.clone());
            });
        }
        for child in children(&self.origin(package), &self.origins) {
            scope.take(child);
        }
        scope
    }

    /// The package, with nothing in it yet. `None` if it is not generated.
    pub(super) fn start(&mut self, name: &str) -> Option<Package> {
        let Origin::Local(module) = self.origin(name) else { return None };
        let artefacts = self.artefacts.get(name)?.clone();
        Some(Package {
            name: name.to_owned(),
            module,
            files: Vec::new(),
            artefacts,
            messages: Vec::new(),
            enums: Vec::new(),
            services: Vec::new(),
            checks: Vec::new(),
            needs_json: false,
            names: BTreeSet::new(),
        })
    }
}

/// Whether a package was generated elsewhere. What compilers bring is part of the runtime.
fn is_elsewhere(package: &str, origin: &Origin) -> bool {
    package != WELL_KNOWN && matches!(origin, Origin::Extern(_))
}

/// The modules in that of a package that packages are, or lie in.
fn children(parent: &Origin, origins: &BTreeMap<String, Origin>) -> BTreeSet<Ident> {
    origins.values().filter_map(|origin| child(parent, origin)).collect()
}

fn child(parent: &Origin, origin: &Origin) -> Option<Ident> {
    match (parent, origin) {
        (Origin::Local(parent), Origin::Local(module)) => module.strip_prefix(parent.as_slice())?.first().cloned(),
        (Origin::Extern(parent), Origin::Extern(path)) => {
            let below = path.strip_prefix(parent.as_str())?.strip_prefix("::")?;
            below.split("::").next().map(|module| Ident::snake(module.trim_start_matches("r#")))
        }
        _ => None,
    }
}

/// The requested files; with `include_imports`, also those that they refer to.
fn generated_files(input: &Input, owners: &Owners, options: &Options) -> BTreeSet<String> {
    let asked_for: BTreeSet<String> = input.generate.iter().cloned().collect();
    let files = if options.include_imports { with_referred(input, owners, asked_for) } else { asked_for };
    let is_ours = |name: &String| {
        let package =
            input.files.iter().find(|file| file.descriptor.name == *name).map(|file| &file.descriptor.package);
        package.is_some_and(|package| package != WELL_KNOWN && extern_path(package, options).is_none())
    };
    files.into_iter().filter(is_ours).collect()
}

/// Files, and those that they refer to in one step or more.
fn with_referred(input: &Input, owners: &Owners, mut files: BTreeSet<String>) -> BTreeSet<String> {
    let mut todo: Vec<String> = files.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let owners: BTreeSet<_> = references(input, &name).into_iter().filter_map(|name| owners.of(name)).collect();
        for file in owners.into_iter().map(|index| &input.files[index].descriptor.name) {
            if files.insert(file.clone()) {
                todo.push(file.clone());
            }
        }
    }
    files
}

/// The file that declares each type which stands in no other, as its place in the request.
pub(super) struct Owners(BTreeMap<String, usize>);

impl Owners {
    fn new(input: &Input) -> Self {
        let mut owners = BTreeMap::new();
        for (index, file) in input.files.iter().enumerate() {
            let descriptor = &file.descriptor;
            let messages = descriptor.message_type.iter().map(|message| &message.name);
            for name in messages.chain(descriptor.enum_type.iter().map(|item| &item.name)) {
                owners.insert(full_name(&descriptor.package, name), index);
            }
        }
        Self(owners)
    }

    /// The file that declares a type, or the one that it stands in.
    pub(super) fn of(&self, name: &str) -> Option<usize> {
        let mut ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        ends.find_map(|end| self.0.get(&name[..end])).copied()
    }
}

/// The types that a file refers to.
fn references<'a>(input: &'a Input, name: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for file in input.files.iter().filter(|file| file.descriptor.name == name) {
        file.descriptor.message_type.iter().for_each(|message| message_references(message, &mut names));
        for method in file.descriptor.service.iter().flat_map(|service| &service.method) {
            names.extend([method.input_type.as_str(), method.output_type.as_str()]);
        }
    }
    names.into_iter().map(|name| name.trim_start_matches('.')).collect()
}

fn message_references<'a>(message: &'a MessageDescriptor, names: &mut BTreeSet<&'a str>) {
    names.extend(message.field.iter().map(|field| field.type_name.as_str()));
    message.nested_type.iter().for_each(|nested| message_references(nested, names));
}

fn origin(package: &str, module: &[Ident], options: &Options) -> Origin {
    let Some((mapped, path)) = extern_path(package, options) else { return Origin::Local(module.to_vec()) };
    let depth = mapped.split('.').filter(|segment| !segment.is_empty()).count();
    let below: String = module[depth..].iter().map(|ident| format!("::{ident}")).collect();
    Origin::Extern(format!("{path}{below}"))
}

/// What an option maps of a package, itself or one that it lies in, and the path in Rust.
fn extern_path<'a>(package: &str, options: &'a Options) -> Option<&'a (String, String)> {
    options.extern_paths.iter().find(|(mapped, _)| {
        let rest = package.strip_prefix(mapped.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The files below a module that are there for themselves: no package may have their names.
fn taken_files(module: &[Ident]) -> Scope {
    let root = [MODULE_FILE, Artefact::Descriptor.name()];
    Scope::with(if module.is_empty() { &root } else { &root[..1] })
}

/// A module for each package. Segments that become one name get numbers.
fn modules(input: &Input) -> BTreeMap<String, Vec<Ident>> {
    let names: BTreeSet<&str> = input.files.iter().map(|file| file.descriptor.package.as_str()).collect();
    let mut scopes: BTreeMap<Vec<Ident>, Scope> = BTreeMap::new();
    let mut known: BTreeMap<String, Vec<Ident>> = BTreeMap::from([(String::new(), Vec::new())]);
    for name in &names {
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        for end in ends.filter(|_| !name.is_empty()) {
            let outer = name[..end].rfind('.').map_or("", |dot| &name[..dot]);
            let segment = &name[if outer.is_empty() { 0 } else { outer.len() + 1 }..end];
            if !known.contains_key(&name[..end]) {
                let mut module = known[outer].clone();
                let scope = scopes.entry(module.clone()).or_insert_with(|| taken_files(&module));
                let ident = scope.take(Ident::snake(segment));
                module.push(ident);
                known.insert(name[..end].to_owned(), module);
            }
        }
    }
    known.into_iter().filter(|(name, _)| names.contains(name.as_str())).collect()
}

/// The modules of what stands in the messages of a package, as these are named as they travel.
fn message_modules(input: &Input, package: &str) -> impl Iterator<Item = Ident> {
    let mut scope = Scope::default();
    let mut modules = BTreeSet::new();
    for file in input.files.iter().filter(|file| file.descriptor.package == package) {
        for message in &file.descriptor.message_type {
            let ident = scope.take(Ident::camel(&message.name));
            modules.extend(has_module(message).then(|| Ident::snake(&wire_name(&message.name, &ident))));
        }
        for item in &file.descriptor.enum_type {
            scope.take(wire_enum(&item.name));
        }
    }
    modules.into_iter()
}

/// A scope in which modules have their names.
fn scope_of(modules: BTreeSet<Ident>) -> Scope {
    let mut scope = Scope::default();
    for module in modules {
        scope.take(module);
    }
    scope
}

/// The modules of the artefacts: their own names, unless these are taken.
fn artefacts(taken: BTreeSet<Ident>) -> Artefacts {
    let mut scope = scope_of(taken);
    let mut take = |artefact: Artefact| scope.take(Ident::snake(artefact.name()));
    Artefacts {
        domain: take(Artefact::Domain),
        adapter: take(Artefact::Adapter),
        client: take(Artefact::Client),
        gateway: take(Artefact::Gateway),
        fake: take(Artefact::Fake),
        pb: take(Artefact::Pb),
        convert: take(Artefact::Convert),
        json: take(Artefact::Json),
    }
}
