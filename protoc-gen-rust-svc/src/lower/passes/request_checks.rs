//! Checks of requests with custom types against the rules of `buf.validate`.

use crate::{
    model::{Form, Message, Model, Package, RuleCheck},
    names::{Ident, Scope},
    options::{Artefact, Options},
};

/// Adds the checks that the services of each package need.
pub(super) fn add_request_checks(model: &mut Model, options: &Options) {
    if !(options.checks_rules && options.emits(Artefact::Convert)) {
        return;
    }
    let checks: Vec<_> = model.packages.iter().map(|package| checks(model, package)).collect();
    for (package, checks) in model.packages.iter_mut().zip(checks) {
        package.checks = checks;
    }
}

fn checks(model: &Model, package: &Package) -> Vec<RuleCheck> {
    // The module of conversions defines this name.
    let mut scope = Scope::with(&["Place"]);
    let methods = package.services.iter().flat_map(|service| &service.methods);
    let needed =
        methods.filter_map(|method| model.message(&method.request_name)).filter(|message| is_unchecked(message));
    let mut names: Vec<_> = needed.map(|message| message.name.clone()).collect();
    names.sort();
    names.dedup();
    let check = |message: String| RuleCheck { ident: scope.take(ident(&message)), message };
    names.into_iter().map(check).collect()
}

fn is_unchecked(message: &Message) -> bool {
    message.has_rules && matches!(message.form, Form::Custom(_))
}

fn ident(message: &str) -> Ident {
    let name = message.rsplit('.').next().unwrap_or(message);
    Ident::camel(&format!("{name}_rules"))
}
