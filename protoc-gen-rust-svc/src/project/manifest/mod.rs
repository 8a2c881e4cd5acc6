//! The manifest of a project: its name, its dependency on the runtime, and the Cargo workspace around it.

mod inherit;
pub mod name;
pub mod runtime;
pub mod workspace;
