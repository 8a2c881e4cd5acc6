//! Files of scripts, and the fakes that they become.

mod document;
mod fakes;
mod install;
mod matching;
mod place;
mod schema;
mod spec;
mod template;
mod yaml;

pub(crate) use document::{ScriptDocument, files, parse, read_folders};
pub(crate) use fakes::{DynamicFake, DynamicFakes};
pub use schema::schema;
pub(crate) use spec::{LocatedScript, ResourceSpec};
pub(crate) use yaml::print;
