//! The second stage: descriptors to the model.
//!
//! Whatever depends on the syntax of a file, or on how the names of a `.proto` become names of Rust, is decided here.

mod accessors;
mod behavior;
mod checks;
mod defaults;
mod derives;
mod endless;
mod features;
mod fields;
mod json_names;
mod messages;
mod overrides;
mod packages;
mod policy;
mod reach;
mod reflective;
mod services;
mod types;
mod wire;

use std::{collections::BTreeMap, panic, thread};

pub(crate) use self::packages::WELL_KNOWN;
pub use self::wire::WireFile;
use self::{packages::Packages, types::Types};
use crate::{
    diagnostics::Diagnostics,
    model::{Model, Package},
    options::Options,
    read::Input,
};

/// The model, and what prost-build makes the messages from.
#[derive(Debug)]
pub struct Lowered {
    /// What is to be printed.
    pub model: Model,
    /// The descriptors, with the names that the model has for them.
    pub wire: Vec<WireFile>,
    /// The fields that are `Bytes` in the messages that travel, as prost-build names them.
    pub shared_bytes: Vec<String>,
    /// The fields that are in a box there, as prost-build names them.
    pub boxed: Vec<String>,
    /// A `FileDescriptorSet` of all that is generated and what it imports, for reflection.
    pub descriptor_set: Vec<u8>,
}

/// What the functions of this stage share.
struct Lower<'a> {
    input: &'a Input,
    options: &'a Options,
    packages: Packages,
    types: Types,
    diagnostics: &'a mut Diagnostics,
}

/// Makes the model of what is to be generated.
pub fn lower(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Lowered {
    let packages = Packages::new(input, options);
    let generated = packages.generated_files().clone();
    let set = || wire::descriptor_set(input, &generated);
    let help = || {
        let files = input.files.iter().filter(|file| generated.contains(&file.descriptor.name));
        files.for_each(|file| file.source.read_ahead());
        set()
    };
    thread::scope(|scope| {
        // It needs nothing of what comes. Where no thread is to be had, it is made behind that.
        let helper = thread::Builder::new().spawn_scoped(scope, help).ok();
        let lowered = without_set(input, options, packages, diagnostics);
        let joined = helper.map(|helper| helper.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        Lowered { descriptor_set: joined.unwrap_or_else(set), ..lowered }
    })
}

/// All but the set of descriptors.
fn without_set(input: &Input, options: &Options, packages: Packages, diagnostics: &mut Diagnostics) -> Lowered {
    let types = Types::new(input, options, &packages);
    let mut lower = Lower { input, options, packages, types, diagnostics };
    lower.check_scopes();
    let (mut messages, enums) = lower.messages();
    lower.check_forms(&messages);
    endless::relax(&mut messages);
    derives::derive(&mut messages, &enums);
    behavior::mark(&mut messages);
    let stands_alone = lower.stands_alone();
    let asked_for = input.generate.iter().cloned().collect();
    let descriptors = lower.packages.descriptors.clone();
    let mut model = Model { asked_for, packages: lower.packages(), messages, enums, stands_alone, descriptors };
    checks::mark(&mut model, options);
    reach::mark_json(&mut model);
    reach::mark_names(&mut model);
    reach::mark_keys(&mut model, lower.diagnostics);
    reach::mark_named(&mut model);
    let wire = wire::files(input, &lower.packages, &lower.types, &model, lower.diagnostics);
    let paths = wire::Paths { input, packages: &lower.packages, types: &lower.types, model: &model };
    let (shared_bytes, boxed) = (paths.shared_bytes(), paths.boxed());
    Lowered { model, wire, shared_bytes, boxed, descriptor_set: Vec::new() }
}

impl Lower<'_> {
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
        packages.into_values().filter(|package| !package.files.is_empty()).collect()
    }

    fn add_file(&mut self, package: &mut Package, index: usize) {
        let file = &self.input.files[index].descriptor;
        let full = |name: &str| types::full_name(&file.package, name);
        package.files.push(file.name.clone());
        package.files.sort();
        package.messages.extend(file.message_type.iter().map(|message| full(&message.name)));
        package.enums.extend(file.enum_type.iter().map(|item| full(&item.name)));
        let services = self.services(index, &package.module);
        package.services.extend(services);
    }
}
