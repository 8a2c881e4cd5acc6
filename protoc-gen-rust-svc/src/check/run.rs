//! The order of the rules.

use super::{
    cleared_fields, fields, methods, name_lengths, required_cycles, rules, service_configs, shared_routes, standalone,
};
use crate::{
    diagnostics::Diagnostics,
    model::{Enum, Message, Model},
};

/// Runs all rules.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    for message in generated_messages(model) {
        required_cycles::check_required(model, message, diagnostics);
    }
    // Lints would repeat what errors report.
    if !diagnostics.has_errors() {
        lint(model, diagnostics);
    }
}

/// Runs the lints.
fn lint(model: &Model, diagnostics: &mut Diagnostics) {
    shared_routes::check_routes(model, diagnostics);
    let of_extensions = model.extension_rules.iter().filter(|rule| model.requested.contains(&rule.position.file));
    rules::check_rules(of_extensions, diagnostics);
    service_configs::check_configs(model, diagnostics);
    let services = model.packages.iter().flat_map(|package| &package.services);
    for service in services.filter(|service| model.requested.contains(&service.position.file)) {
        if model.has_policies {
            methods::check_keys(service, diagnostics);
            methods::check_deadlines(service, diagnostics);
            methods::check_attempts(service, diagnostics);
        }
        methods::check_size(service, diagnostics);
        name_lengths::check_service(service, diagnostics);
        for method in &service.methods {
            method.routes.iter().for_each(|route| cleared_fields::check_variables(model, method, route, diagnostics));
        }
        if model.is_standalone {
            standalone::check_methods(service, diagnostics);
        }
    }
    for message in generated_messages(model).iter().filter(|message| model.requested.contains(&message.position.file)) {
        fields::check_required(message, diagnostics);
        fields::check_behavior(message, diagnostics);
        fields::check_endless(message, diagnostics);
        rules::check_rules(&message.rules, diagnostics);
        name_lengths::check_message(message, diagnostics);
        if model.is_standalone {
            standalone::check_fields(message, diagnostics);
        }
    }
    for item in generated_enums(model).filter(|item| model.requested.contains(&item.position.file)) {
        name_lengths::check_enum(item, diagnostics);
    }
}

/// The enums of generated packages, nested ones included.
fn generated_enums(model: &Model) -> impl Iterator<Item = &Enum> {
    let own = model.packages.iter().flat_map(|package| &package.enums);
    let nested = generated_messages(model).into_iter().flat_map(|message| &message.enums);
    own.chain(nested).filter_map(|name| model.enumeration(name))
}

/// The messages of generated packages, nested ones included.
fn generated_messages(model: &Model) -> Vec<&Message> {
    let mut names: Vec<&String> = model.packages.iter().flat_map(|package| &package.messages).collect();
    let mut messages = Vec::new();
    while let Some(name) = names.pop() {
        if let Some(message) = model.message(name) {
            names.extend(&message.messages);
            messages.push(message);
        }
    }
    messages
}
