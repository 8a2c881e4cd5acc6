//! Options of a run: those in `rust-svc.toml`, `opt:` of buf, `--rust-svc_opt` of protoc, `--opt` of the command line.

mod artefact;
mod elsewhere;
mod file;
mod given;
mod http_rules;
mod openapi;
mod overrides;
mod parse;
mod plugin;
mod service_configs;
mod split;
mod value;

pub use self::{
    artefact::Artefact,
    file::{OPTIONS_FILE, OptionsFile},
    given::{GivenOption, GivenOptions},
    http_rules::{HttpBinding, HttpRules},
    openapi::{DocumentedErrors, OpenApiOptions},
    overrides::{Overrides, Scoped},
    parse::{Options, Types},
    plugin::of_plugin,
    service_configs::ServiceConfigs,
    split::Split,
};
