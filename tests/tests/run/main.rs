//! What the generator prints, compiled as a user would, and run.
#![deny(warnings)]

#[path = "../../golden/mod.rs"]
mod golden;
