//! Bodies that are a single JSON value.

use crate::{
    diagnostics::Diagnostics,
    model::{Method, Route, WellKnown},
};

/// Checks that no path variable is inside a body that is a single value.
pub(super) fn check_body(method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let request = &method.request_name;
    if route.body != "*" || route.template.variables().is_empty() || !is_one_value(request) {
        return;
    }
    let text = format!("the body is all of `{request}`, a single value in JSON: the path cannot set its fields");
    let help = "omit `body`, or name a field that the path does not fill";
    diagnostics.error("E0207", &route.body_position, text).help(help);
}

fn is_one_value(message: &str) -> bool {
    let known = message.strip_prefix("google.protobuf.").and_then(WellKnown::message);
    known.is_some_and(WellKnown::is_one_value)
}
