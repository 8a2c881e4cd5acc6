//! The files that the team owns, from templates.
//!
//! Templates are Jinja. They see only the context: they cannot read files or run programs. A template whose path contains `SERVICE`
//! is rendered for each service. One that renders to nothing makes no file.

mod built_in;
mod load;
mod render;

pub use self::{
    built_in::built_in,
    load::{VERSION_FILE, load},
    render::render,
};
