//! What the generator prints, compiled as a user would, and run.
#![deny(warnings)]

mod convert;
#[path = "../../golden/mod.rs"]
mod golden;
mod http;
mod kinds;
