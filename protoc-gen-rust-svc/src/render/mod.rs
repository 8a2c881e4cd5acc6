//! The fourth stage: from the model to Rust.
//!
//! Service artefacts are templates, types are built with `quote!`, and prost messages are edited as syntax trees.
//! Every file ends as one syntax tree, which [`print`] turns into text.

mod checksum;
mod descriptor;
mod error;
mod files;
mod modules;
mod openapi;
mod parallel;
mod pb;
mod print;
mod runtime;
mod templates;
mod tokens;
mod types;

pub use self::{
    checksum::{Provenance, provenance},
    error::Unprintable,
    files::{Files, render},
    modules::{ROOT, insertion_point},
    openapi::{RouteRow, routes},
};
