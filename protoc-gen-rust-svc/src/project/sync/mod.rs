//! Appends what a contract has and a project lacks, and disables what only the project has.

mod addition;
mod append;
mod client;
mod code;
mod methods;
mod proto_text;
mod register;
mod service;
mod signature;
mod stale;
mod syntax;
mod target;

pub use self::{
    addition::{Addition, EditedProto},
    methods::{Changes, Sources, sync},
    proto_text::NewMethod,
};
