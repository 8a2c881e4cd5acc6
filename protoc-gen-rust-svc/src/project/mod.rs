//! A new service project: the files of a crate around the code generated from some `.proto` files.
//!
//! | module | |
//! |---|---|
//! | [`name`] | the name of the package |
//! | [`runtime`] | the dependency on `rust-svc` |
//! | [`protos`] | the `.proto` files of the project |
//! | [`context`] | the context of templates |
//! | [`templates`] | the files that the team owns |
//! | [`folder`] | writes the files |
//! | [`sync`] | the methods that a contract has and a project lacks |
//! | [`workspace`] | the Cargo workspace around the project |
//!
//! The files below `src/generated` belong to the generator; all others belong to the team, and are made only once.

mod append;
pub mod context;
pub mod files;
pub mod folder;
mod make;
pub mod name;
mod order;
pub mod protos;
pub mod runtime;
pub mod sync;
pub mod templates;
pub mod workspace;

pub use self::{
    files::{Failure, GENERATED, ProjectFiles},
    make::{Project, make},
    order::{Order, Template},
};
