//! Lints for service configs.

use std::collections::BTreeSet;

use crate::{
    diagnostics::{Diagnostics, Position, suggest},
    model::{Model, UnusedConfig},
};

/// Reports what service configs say that has no effect.
pub(super) fn check_configs(model: &Model, diagnostics: &mut Diagnostics) {
    for UnusedConfig { path, message } in &model.unused_configs {
        diagnostics.warning("W0609", &Position::default(), format!("{path}: {message}"));
    }
    let known = known_names(model);
    for (path, name) in model.configured_names.iter().filter(|(_, name)| !known.contains(name.as_str())) {
        let what = if name.ends_with('/') { "service" } else { "method" };
        let message = format!("{path}: unknown {what} `{}`", name.trim_end_matches('/'));
        let names: Vec<_> = known.iter().map(|name| name.trim_end_matches('/')).collect();
        let help = match suggest::closest(name.trim_end_matches('/'), &names) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "generate the service in this run, or remove the name".to_owned(),
        };
        diagnostics.warning("W0609", &Position::default(), message).help(&help);
    }
}

/// Returns the names of all services and methods of the run, as service configs write them.
fn known_names(model: &Model) -> BTreeSet<String> {
    let services = model.packages.iter().flat_map(|package| &package.services);
    let names = services.flat_map(|service| {
        let methods = service.methods.iter().map(|method| format!("{}/{}", service.name, method.name));
        methods.chain([format!("{}/", service.name)])
    });
    names.chain(["/".to_owned()]).collect()
}
