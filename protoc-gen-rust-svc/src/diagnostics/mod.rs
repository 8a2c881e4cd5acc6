//! Errors and warnings about the user's input: their positions, codes, levels and suggestions.

pub mod codes;
mod diagnostic;
pub mod json;
mod limit;
pub mod lints;
mod position;
mod problem;
pub(crate) mod suggest;

pub(crate) use self::limit::KindLimit;
pub use self::{
    diagnostic::{Diagnostic, Diagnostics, Severity},
    position::Position,
    problem::Problem,
};
