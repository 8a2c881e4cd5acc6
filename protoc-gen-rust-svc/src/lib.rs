//! A protoc plugin: from services of `.proto` files to Rust traits, with adapter, client, gateway and fake.
//!
//! The generator is a compiler of five stages. Each uses only those before it:
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`read`] | bytes, or `.proto` files | descriptors |
//! | [`lower`] | descriptors | the [`model`] |
//! | [`check`] | the model | [`diagnostics`] |
//! | [`render`] | the model | Rust text |
//! | [`respond`] | files or diagnostics | a `CodeGeneratorResponse` |
//!
//! [`generate`] runs the stages in between; plugin, command line ([`cli`]) and [`Build`] call it. [`project`] creates a
//! crate around generated code.

mod build;
pub mod check;
pub mod cli;
pub mod diagnostics;
pub mod diff;
pub mod docs;
pub mod lower;
pub mod model;
pub mod names;
pub mod options;
pub mod project;
pub mod read;
pub mod render;
pub mod respond;

pub use crate::build::Build;
use crate::{
    diagnostics::Diagnostics,
    lower::Lowered,
    options::Options,
    read::{Input, SourceFolders},
    render::{Files, Unprintable},
};

/// Generates the requested files, or none if `diagnostics` has errors. Fails only by a bug of the generator.
pub fn generate(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Result<Files, Unprintable> {
    match lowered(input, options, diagnostics) {
        Some(mut lowered) => render::render(&mut lowered, options),
        None => Ok(Files::new()),
    }
}

/// Runs the stages up to the checked model. Returns `None` if the input has errors.
pub fn lowered(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Option<Lowered> {
    // Errors of options do not hide those of contracts.
    let before = diagnostics.error_count();
    read::validate(input, diagnostics);
    if diagnostics.error_count() > before {
        return None;
    }
    let lowered = lower::lower(input, options, diagnostics);
    check::check(&lowered.model, diagnostics);
    read::check_declarations(input, diagnostics);
    diagnostics.level(&options.lints);
    if options.dumps_model {
        diagnostics.note(&lowered.model.dump());
    }
    (!diagnostics.has_errors()).then_some(lowered)
}

/// Responds to protoc or buf: an encoded `CodeGeneratorRequest` to an encoded `CodeGeneratorResponse`, and warnings.
/// Fails if the request is malformed, which is not an error of the user.
pub fn answer(request: &[u8]) -> Result<(Vec<u8>, String), Box<dyn std::error::Error>> {
    let mut input = Input::from_request(request)?;
    let mut diagnostics = Diagnostics::default();
    let (options, proto_path) = options::of_plugin(&input.parameter, &mut diagnostics);
    input.find_texts(&SourceFolders::of_plugin(proto_path));
    let files = generate(&input, &options, &mut diagnostics)?;
    let response = match diagnostics.has_errors() {
        true => respond::error(&diagnostics.errors()),
        false if input.is_merged => respond::only_files(files),
        false => respond::files(files),
    };
    Ok((response, diagnostics.warnings()))
}
