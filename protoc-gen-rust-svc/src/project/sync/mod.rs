//! Appends what a contract has and a project lacks.

mod append;
mod methods;

pub use self::methods::{Changes, Sources, sync};
