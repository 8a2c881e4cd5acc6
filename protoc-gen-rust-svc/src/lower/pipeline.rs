//! The order of this stage.

use super::{
    lowering::Lowering,
    names::{Packages, TypeNames},
    parts::split_packages,
    passes,
    wire::{DescriptorSets, WireFile, WireNames},
};
use crate::{
    diagnostics::Diagnostics,
    model::Model,
    options::Options,
    read::{Input, rules::PredefinedRules},
};

/// The model, and the input of prost-build.
#[derive(Debug)]
pub struct Lowered {
    /// The description of the output.
    pub model: Model,
    /// The descriptors for prost-build, with the names of the model.
    pub wire: Vec<WireFile>,
    /// The `bytes` fields of prost messages that are `Bytes`, by their names in these descriptors.
    pub shared_bytes: Vec<String>,
    /// For each crate, a `FileDescriptorSet` of its files and their imports, for reflection.
    pub descriptor_sets: Vec<Vec<u8>>,
}

/// Lowers descriptors to the model.
pub fn lower(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Lowered {
    let packages = Packages::new(input, options);
    let types = TypeNames::new(input, options, &packages);
    let predefined = PredefinedRules::new(input);
    let mut lowering = Lowering { input, options, packages, types, predefined, diagnostics };
    let mut model = lowering.model();
    passes::run(&mut model, options, lowering.diagnostics);
    split_packages(&mut model, options.split);
    let Lowering { packages, types, diagnostics, .. } = lowering;
    let names = WireNames::new(input, &packages, &types, &model);
    let sets = DescriptorSets::new(input);
    Lowered {
        wire: names.files(diagnostics),
        shared_bytes: names.shared_bytes(),
        descriptor_sets: model.packages_of_crates().iter().map(|packages| sets.of(packages)).collect(),
        model,
    }
}
