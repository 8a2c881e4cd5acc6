//! Rules for messages that JSON writes as one value.

use crate::{
    diagnostics::Diagnostics,
    model::{Method, Route, WellKnown},
    read::Position,
};

/// A route cannot name a field of what has none in JSON.
pub(super) fn check_route(method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let (request, response) = (method.request_name.as_str(), method.response_name.as_str());
    if is_whole(request) && !route.template.variables().is_empty() {
        refuse("the path", request, &route.position, diagnostics);
    }
    if is_whole(request) && !matches!(route.body.as_str(), "" | "*") {
        refuse("`body`", request, &route.body_position, diagnostics);
    }
    if is_whole(response) && !route.response_body.is_empty() {
        refuse("`response_body`", response, &route.response_body_position, diagnostics);
    }
}

fn refuse(what: &str, message: &str, position: &Position, diagnostics: &mut Diagnostics) {
    let text = format!("{what} names a field of {message}, which is one value in JSON");
    diagnostics.error("E0207", position, text).help("let it be all of the body, or a field of a message of your own");
}

fn is_whole(message: &str) -> bool {
    let known = message.strip_prefix("google.protobuf.").and_then(WellKnown::message);
    known.is_some_and(WellKnown::is_one_value)
}
