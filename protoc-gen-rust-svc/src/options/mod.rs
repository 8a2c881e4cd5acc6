//! Options of a run: `opt:` of buf, `--rust-svc_opt` of protoc, `--opt` of the command line.

mod artefact;
mod elsewhere;
mod overrides;
mod parse;
mod split;
mod value;

pub use self::{
    artefact::Artefact,
    overrides::{Overrides, Scoped},
    parse::{Options, Types},
    split::Split,
};
