//! The order of this stage.

use super::{
    lowering::Lowering,
    names::{Packages, TypeNames},
    passes,
    wire::{WireFile, WireNames, descriptor_set},
};
use crate::{diagnostics::Diagnostics, model::Model, options::Options, read::Input};

/// The model, and the input of prost-build.
#[derive(Debug)]
pub struct Lowered {
    /// The description of the output.
    pub model: Model,
    /// The descriptors for prost-build, with the names of the model.
    pub wire: Vec<WireFile>,
    /// The `bytes` fields of prost messages that are `Bytes`, by their names in these descriptors.
    pub shared_bytes: Vec<String>,
    /// A `FileDescriptorSet` of the generated files and their imports, for reflection.
    pub descriptor_set: Vec<u8>,
}

/// Lowers descriptors to the model.
pub fn lower(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Lowered {
    let packages = Packages::new(input, options);
    let types = TypeNames::new(input, options, &packages);
    let mut lowering = Lowering { input, options, packages, types, diagnostics };
    let mut model = lowering.model();
    passes::run(&mut model, options, lowering.diagnostics);
    let Lowering { packages, types, diagnostics, .. } = lowering;
    let names = WireNames::new(input, &packages, &types, &model);
    Lowered {
        wire: names.files(diagnostics),
        shared_bytes: names.shared_bytes(),
        descriptor_set: descriptor_set(input, packages.generated_files()),
        model,
    }
}
