//! A protoc plugin: from the services of a `.proto` to plain Rust traits, each served and called five ways.
//!
//! The generator is a compiler of five stages, each a module that knows only those before it:
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`read`] | bytes, or `.proto` files | descriptors |
//! | [`lower`] | descriptors | the [`model`] |
//! | [`check`] | the model | [`diagnostics`] |
//! | [`render`] | the model | Rust text |
//! | [`respond`] | files or diagnostics | what protoc or buf is answered |
//!
//! [`generate`] is all of them but the ends; the plugin and the command line ([`cli`]) are thin doors to it. [`project`]
//! makes a crate around what it generates.

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
    read::Input,
    render::{Files, Unprintable},
};

/// Generates the files that are asked for. What is wrong with the input, if anything, is in `diagnostics`; there are no
/// files then. Fails only by a fault of the generator itself.
pub fn generate(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Result<Files, Unprintable> {
    match lowered(input, options, diagnostics) {
        Some(lowered) => render::render(&lowered, options),
        None => Ok(Files::new()),
    }
}

/// The stages before the last two: the model of what is asked for, checked. `None` if something is wrong with the input.
pub fn lowered(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Option<Lowered> {
    read::validate(input, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let lowered = lower::lower(input, options, diagnostics);
    check::check(&lowered.model, diagnostics);
    diagnostics.level(&options.lints);
    if options.dumps_model {
        diagnostics.note(&lowered.model.dump());
    }
    (!diagnostics.has_errors()).then_some(lowered)
}

/// Answers protoc or buf: the bytes of a `CodeGeneratorRequest` to those of a `CodeGeneratorResponse`, and warnings for
/// the user. Fails if the request is not one, which is not the user's fault.
pub fn answer(request: &[u8]) -> Result<(Vec<u8>, String), Box<dyn std::error::Error>> {
    let input = Input::from_request(request)?;
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(&input.parameter, &mut diagnostics);
    let files = generate(&input, &options, &mut diagnostics)?;
    let response = match diagnostics.has_errors() {
        true => respond::error(&diagnostics.errors()),
        false if input.is_merged => respond::only_files(files),
        false => respond::files(files),
    };
    Ok((response, diagnostics.warnings()))
}
