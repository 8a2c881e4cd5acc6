//! Errors and warnings about the user's input: their positions, codes, levels and suggestions.

pub mod codes;
mod diagnostic;
pub mod json;
pub mod lints;
mod position;
mod problem;
pub(crate) mod suggest;

pub use self::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    position::Position,
    problem::Problem,
};
