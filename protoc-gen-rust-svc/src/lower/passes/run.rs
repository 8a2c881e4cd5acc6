//! The order of the passes.

use super::{
    boxes::box_recursion, derives::derive, fakes::complete_fakes, holders::mark_holders,
    idempotency_keys::mark_idempotency_keys, json_names::tell_apart_json_names, json_packages::mark_json_packages,
    named_fields::mark_named_fields, package_names::collect_package_names, request_checks::add_request_checks,
    required_cycles::break_required_cycles, routes::reject_routes,
};
use crate::{diagnostics::Diagnostics, model::Model, options::Options};

/// Completes a model.
pub(crate) fn run(model: &mut Model, options: &Options, diagnostics: &mut Diagnostics) {
    tell_apart_json_names(&mut model.messages);
    reject_routes(model, options, diagnostics);
    break_required_cycles(&mut model.messages);
    box_recursion(&mut model.messages);
    derive(&mut model.messages, &model.enums);
    mark_holders(&mut model.messages);
    add_request_checks(model, options);
    complete_fakes(model, options);
    mark_json_packages(model);
    collect_package_names(model);
    mark_idempotency_keys(model, diagnostics);
    mark_named_fields(model);
}
