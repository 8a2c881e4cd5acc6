//! The parts of generated code that fakes use.

use crate::{
    model::{FakeParts, Model},
    options::{Artefact, Options},
};

/// Marks what the fakes of each package use: conversions, adapters, gateways, and defaults of responses.
pub(super) fn complete_fakes(model: &mut Model, options: &Options) {
    let emits = |artefact| options.emits(artefact);
    let fakes = FakeParts {
        checks: emits(Artefact::Convert),
        adapters: emits(Artefact::Adapter),
        gateways: emits(Artefact::Gateway),
    };
    for package in &mut model.packages {
        package.fakes = fakes;
        for method in package.services.iter_mut().flat_map(|service| &mut service.methods) {
            let response = model.messages.get(&method.response_name).filter(|message| !is_mapped(&message.name));
            method.has_default_response = response.is_some_and(|message| message.has_default);
        }
    }
}

/// Returns whether an option may choose the type of a message, which may have no default.
fn is_mapped(message: &str) -> bool {
    message.starts_with("google.protobuf.") && message != "google.protobuf.Empty"
}
