//! Which packages are generated, and as which modules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    modules::{ModuleChildren, artefacts, message_modules, modules, scope_of},
    owners::{Owners, with_dependencies},
};
use crate::{
    model::{Artefacts, FakeParts, Origin, Package},
    names::{Ident, Scope},
    options::{Artefact, Options, Types},
    read::{File, Input, descriptor::FileDescriptor},
};

/// The package whose messages the runtime provides.
pub(crate) const WELL_KNOWN: &str = "google.protobuf";

/// All packages of the input.
pub(crate) struct Packages {
    pub(crate) owners: Owners,
    /// The module of the descriptors.
    pub(crate) descriptors: Ident,
    modules: BTreeMap<String, Vec<Ident>>,
    origins: BTreeMap<String, Origin>,
    children: ModuleChildren,
    artefacts: BTreeMap<String, Artefacts>,
    generated_files: BTreeSet<String>,
    generated: BTreeSet<String>,
}

impl Packages {
    pub(crate) fn new(input: &Input, options: &Options) -> Self {
        let owners = Owners::new(input);
        let generated_files = generated_files(input, &owners, options);
        let is_generated = |file: &&File| generated_files.contains(&file.descriptor.name);
        let generated: BTreeSet<_> =
            input.files.iter().filter(is_generated).map(|file| file.descriptor.package.clone()).collect();
        let modules = modules(input);
        let origins: BTreeMap<_, _> =
            modules.iter().map(|(name, module)| (name.clone(), origin(name, module, options))).collect();
        // Other runs use the same names as this one.
        let printed: BTreeMap<_, _> = origins
            .iter()
            .filter(|(name, origin)| generated.contains(*name) || is_elsewhere(name, origin))
            .map(|(name, origin)| (name.clone(), origin.clone()))
            .collect();
        let (children, files) = (ModuleChildren::new(printed.values()), files_by_package(input));
        let messages = |name: &str| message_modules(files.get(name).map_or(&[], Vec::as_slice));
        let artefacts = printed.iter().map(|(name, origin)| {
            let mut taken = children.of(origin);
            taken.extend((options.types == Types::Proto).then(|| messages(name)).into_iter().flatten());
            (name.clone(), artefacts(taken))
        });
        let artefacts = artefacts.collect();
        let mut at_root = children.of(&Origin::Local(Vec::new()));
        at_root.extend(messages("").filter(|_| options.uses_messages() && generated.contains("")));
        let descriptors = scope_of(at_root).take(Ident::snake(Artefact::Descriptor.name()));
        let children = ModuleChildren::new(origins.values());
        Self { owners, descriptors, artefacts, children, modules, origins, generated_files, generated }
    }

    /// The origin of a package.
    pub(crate) fn origin(&self, package: &str) -> Origin {
        self.origins.get(package).cloned().unwrap_or(Origin::Local(Vec::new()))
    }

    /// The module of a package, from the root of generated code.
    pub(crate) fn module(&self, package: &str) -> &[Ident] {
        self.modules.get(package).map_or(&[], Vec::as_slice)
    }

    /// Whether a file is generated.
    pub(crate) fn is_generated(&self, file: &str) -> bool {
        self.generated_files.contains(file)
    }

    /// The generated files and those that they use.
    pub(crate) fn referred(&self, input: &Input) -> BTreeSet<String> {
        with_dependencies(input, &self.owners, self.generated_files.clone())
    }

    /// Whether generated code can name the types of a package.
    pub(crate) fn is_reachable(&self, package: &str) -> bool {
        package == WELL_KNOWN
            || self.generated.contains(package)
            || matches!(self.origins.get(package), Some(Origin::Extern(_)))
    }

    /// Whether a file is missing from a generated package.
    pub(crate) fn is_left_out(&self, file: &str, package: &str) -> bool {
        self.generated.contains(package) && !self.is_generated(file)
    }

    /// The module of the prost messages of a package.
    pub(crate) fn pb(&self, package: &str) -> Ident {
        self.artefacts.get(package).map_or_else(|| Ident::snake("pb"), |artefacts| artefacts.pb.clone())
    }

    /// The names that types and services of a package must not have.
    pub(crate) fn reserved(&self, package: &str) -> Scope {
        // async_trait uses `Box` in the same file.
        let mut scope = Scope::with(&["svc", "std", "core", "alloc", "Box"]);
        if package.is_empty() {
            scope.take(Ident::snake(Artefact::Descriptor.name()));
        }
        if let Some(artefacts) = self.artefacts.get(package) {
            artefacts.all().into_iter().for_each(|ident| {
                scope.take(ident.clone());
            });
        }
        for child in self.children.of(&self.origin(package)) {
            scope.take(child);
        }
        scope
    }

    /// Creates the package without elements. Returns `None` if it is not generated.
    pub(crate) fn start(&mut self, name: &str) -> Option<Package> {
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
            fakes: FakeParts::default(),
            needs_json: false,
            names: BTreeSet::new(),
        })
    }
}

/// The files of each package.
fn files_by_package(input: &Input) -> HashMap<&str, Vec<&FileDescriptor>> {
    let mut files: HashMap<&str, Vec<&FileDescriptor>> = HashMap::new();
    for File { descriptor, .. } in &input.files {
        files.entry(&descriptor.package).or_default().push(descriptor);
    }
    files
}

/// Whether another run generates a package. `google.protobuf` is part of the runtime.
fn is_elsewhere(package: &str, origin: &Origin) -> bool {
    package != WELL_KNOWN && matches!(origin, Origin::Extern(_))
}

/// The requested files; with `include_imports`, also those that they use.
fn generated_files(input: &Input, owners: &Owners, options: &Options) -> BTreeSet<String> {
    let requested: BTreeSet<String> = input.generate.iter().cloned().collect();
    let files = if options.include_imports { with_dependencies(input, owners, requested) } else { requested };
    let packages: HashMap<&str, &str> =
        input.files.iter().map(|file| (file.descriptor.name.as_str(), file.descriptor.package.as_str())).collect();
    let is_ours = |name: &String| {
        packages
            .get(name.as_str())
            .is_some_and(|package| *package != WELL_KNOWN && extern_path(package, options).is_none())
    };
    files.into_iter().filter(is_ours).collect()
}

fn origin(package: &str, module: &[Ident], options: &Options) -> Origin {
    let Some((mapped, path)) = extern_path(package, options) else { return Origin::Local(module.to_vec()) };
    let depth = mapped.split('.').filter(|segment| !segment.is_empty()).count();
    let below: String = module[depth..].iter().map(|ident| format!("::{ident}")).collect();
    Origin::Extern(format!("{path}{below}"))
}

/// Finds the option that maps a package or an outer one.
fn extern_path<'a>(package: &str, options: &'a Options) -> Option<&'a (String, String)> {
    options.extern_paths.iter().find(|(mapped, _)| {
        let rest = package.strip_prefix(mapped.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
