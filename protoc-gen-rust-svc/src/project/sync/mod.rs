//! Appends what a contract has and a project lacks.

mod addition;
mod append;
mod methods;
mod proto_text;
mod register;
mod service;

pub use self::{
    addition::{Addition, EditedProto},
    methods::{Changes, Sources, sync, sync_with},
    proto_text::NewMethod,
};
