//! Packages: their modules, types and services.

use std::collections::BTreeMap;

use super::declared::Declared;
use crate::{
    lower::{lowering::Lowering, names::full_name},
    model::{Model, Package, UnusedConfig},
    options::{Artefact, Options},
};

impl Lowering<'_> {
    /// Lowers everything that the input declares.
    pub(crate) fn model(&mut self) -> Model {
        self.check_scopes();
        self.check_extern_paths();
        let Declared { messages, enums } = self.types();
        self.check_forms(&messages);
        Model {
            requested: self.input.generate.iter().cloned().collect(),
            is_standalone: self.is_standalone(),
            has_policies: self.options.emits(Artefact::Domain),
            descriptors: self.packages.descriptors.clone(),
            configured_names: own_names(self.options),
            unused_configs: unused_configs(self.options),
            packages: self.packages(),
            crates: Vec::new(),
            features: Vec::new(),
            extension_rules: self.extension_rules(),
            messages,
            enums,
        }
    }

    fn packages(&mut self) -> Vec<Package> {
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        for (index, file) in self.input.files.iter().enumerate() {
            let name = &file.descriptor.package;
            let Some(mut package) = packages.remove(name).or_else(|| self.packages.start(name)) else { continue };
            if self.packages.is_generated(&file.descriptor.name) {
                self.add_file(&mut package, index);
            }
            packages.insert(name.clone(), package);
        }
        let mut packages: Vec<_> = packages.into_values().filter(|package| !package.files.is_empty()).collect();
        packages.iter_mut().for_each(|package| package.files.sort());
        packages
    }

    fn add_file(&mut self, package: &mut Package, index: usize) {
        let file = &self.input.files[index].descriptor;
        let full = |name: &str| full_name(&file.package, name);
        package.files.push(file.name.clone());
        package.messages.extend(file.message_type.iter().map(|message| full(&message.name)));
        package.enums.extend(file.enum_type.iter().map(|item| full(&item.name)));
        let services = self.services(index, &package.module);
        package.services.extend(services);
    }
}

/// The names in the service configs of a run, each after the path of its file.
fn own_names(options: &Options) -> Vec<(String, String)> {
    let names = options.service_configs.names().chain(options.http_rules.names());
    names.map(|(path, name)| (path.to_owned(), name.to_owned())).collect()
}

/// The parts of the service configs of a run that have no effect.
fn unused_configs(options: &Options) -> Vec<UnusedConfig> {
    let unused = |path: &str, message: &str| UnusedConfig { path: path.to_owned(), message: message.to_owned() };
    options.service_configs.warnings().map(|(path, text)| unused(path, text)).collect()
}
