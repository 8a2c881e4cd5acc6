//! A new service project: the files of a crate around what is generated from some `.proto` files.
//!
//! | module | |
//! |---|---|
//! | [`name`] | the name of the package |
//! | [`runtime`] | where the project finds the crate `rust-svc` |
//! | [`protos`] | the `.proto` files that the project keeps |
//! | [`context`] | what templates see of the services |
//! | [`templates`] | the files that the team owns from then on |
//! | [`folder`] | the files on disk |
//!
//! The files below `src/generated` belong to the generator; all others belong to the team, and are made only once.

pub mod context;
pub mod files;
pub mod folder;
mod make;
pub mod name;
pub mod protos;
pub mod runtime;
pub mod templates;

pub use self::{
    files::{Failure, Files, GENERATED},
    make::{Order, Project, make},
};
