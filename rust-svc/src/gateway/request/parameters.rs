//! The fields of a request that come from the path and the query.

use std::borrow::Cow;

use crate::{
    Error, Result, Violation,
    gateway::{
        routing::{BoundRoute, PathSegments, route::Unescape},
        settings::{CapturedParameters, GatewaySettings, UnknownParameters},
    },
    json::{ParameterTree, PathStep, json_name},
    path::{Variable, percent_decode},
};
#[cfg(feature = "multipart")]
use crate::{gateway::bytes::multipart::FormPart, json::encode_base64};

/// The most parameters of a query.
const MAX_PARAMETERS: usize = 1_000;
/// The most fields in the name of a parameter.
const MAX_DEPTH: usize = 32;

/// Parameters of Google's clients that set how to respond and are not fields. Where the query sets fields, a field of this
/// name takes precedence.
const SYSTEM: [&str; 16] = [
    "$alt",
    "alt",
    "$fields",
    "fields",
    "$prettyPrint",
    "prettyPrint",
    "$key",
    "key",
    "$callback",
    "callback",
    "access_token",
    "oauth_token",
    "quotaUser",
    "upload_protocol",
    "uploadType",
    "$.xgafv",
];

/// The fields and options that the path and the query set.
#[derive(Debug)]
pub(crate) struct Parameters {
    pub(crate) fields: ParameterTree,
    /// Whether the response prints enums as numbers: `$alt=json;enum-encoding=int`.
    pub(crate) enum_numbers: bool,
    /// Whether the response is a stream of events: `$alt=sse`.
    pub(crate) wants_events: bool,
    /// Whether the response is indented, if the query says.
    pub(crate) pretty: Option<bool>,
    /// Whether the query sets the update mask.
    pub(crate) has_mask: bool,
    /// The parameters that are not fields, if the settings say to keep them.
    pub(crate) captured: CapturedParameters,
}

/// Reads the variables of the path, whose segments are still percent-encoded, and the query.
pub(crate) fn read(
    route: &BoundRoute,
    segments: PathSegments<'_>,
    query: &str,
    settings: &GatewaySettings,
) -> Result<Parameters> {
    let mut parameters = Parameters {
        fields: ParameterTree::root(),
        enum_numbers: false,
        wants_events: false,
        pretty: None,
        has_mask: false,
        captured: CapturedParameters::default(),
    };
    for variable in route.template.variables() {
        let value = path_value(variable, segments, settings.unescape.unwrap_or(route.route.unescape), route)?;
        parameters.fields.at(variable.field_path().iter().map(|name| PathStep::Field(name))).push(value);
    }
    each_pair(query, |name, value| parameters.set(route, name, value, settings))?;
    Ok(parameters)
}

/// Decodes the pairs of a query or a form.
fn each_pair(text: &str, mut read: impl FnMut(&str, String) -> Result<()>) -> Result<()> {
    for (index, piece) in text.split('&').filter(|piece| !piece.is_empty()).enumerate() {
        if index == MAX_PARAMETERS {
            return Err(Error::invalid_argument(format!("the request has more than {MAX_PARAMETERS} parameters")));
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        read(&decode_form_text(name)?, decode_form_text(value)?)?;
    }
    Ok(())
}

impl Parameters {
    fn set(&mut self, route: &BoundRoute, name: &str, value: String, settings: &GatewaySettings) -> Result<()> {
        let mut steps = match steps(name) {
            Some(steps) => steps,
            None if settings.unknown_parameters == UnknownParameters::Refuse => {
                return Err(violation(name, "is not the path of a field"));
            }
            None => return self.set_unknown(name, value, settings),
        };
        let first = steps.first().map_or("", PathStep::name);
        let field = route.messages.request_field(first);
        match field {
            Some(_) if route.route.body == "*" && SYSTEM.contains(&name) => self.set_system(name, &value)?,
            None if SYSTEM.contains(&name) => self.set_system(name, &value)?,
            None => self.set_unknown(name, value, settings)?,
            Some(field) if settings.path_over_query && is_in_body(route, field) => (),
            Some(_) if route.route.body == "*" => {
                return Err(violation(name, "belongs into the body; the query sets no field here"));
            }
            Some(field) if field == route.route.body => {
                return Err(violation(name, "is in the body, so that the query cannot set it"));
            }
            Some(_) if settings.path_over_query && is_in_path(route, &steps) => (),
            Some(field) => {
                self.has_mask |= route.mask == Some(field);
                steps[0] = PathStep::Field(field);
                self.fields.at(steps).push(value);
            }
        }
        Ok(())
    }

    /// Sets the fields of a form, which is the request or the field of its body.
    pub(crate) fn add_form(&mut self, route: &BoundRoute, form: &str, settings: &GatewaySettings) -> Result<()> {
        each_pair(form, |name, value| self.add_form_field(route, name, value, settings))
    }

    fn add_form_field(
        &mut self,
        route: &BoundRoute,
        name: &str,
        value: String,
        settings: &GatewaySettings,
    ) -> Result<()> {
        let mut path = steps(name).ok_or_else(|| violation(name, "is not the path of a field"))?;
        if route.route.body != "*" {
            path.insert(0, PathStep::Field(route.route.body));
        }
        match route.messages.request_field(path[0].name()) {
            Some(field) => {
                path[0] = PathStep::Field(field);
                self.fields.at(path).push(value);
                Ok(())
            }
            None => self.set_unknown(name, value, settings),
        }
    }

    /// Sets the field that a part of a form names. A file is a `google.api.HttpBody`, or bytes.
    #[cfg(feature = "multipart")]
    pub(crate) fn add_part(&mut self, route: &BoundRoute, part: FormPart, settings: &GatewaySettings) -> Result<()> {
        let FormPart { name, is_file, content_type, data } = part;
        let is_body = |field| route.route.body == "*" && route.messages.is_http_body(field);
        if is_file && is_body(route.messages.request_field(&name).unwrap_or_default()) {
            self.add_form_field(route, &format!("{name}.content_type"), content_type, settings)?;
            return self.add_form_field(route, &format!("{name}.data"), base64(&data), settings);
        }
        let not_text = || violation(&name, "is not UTF-8");
        let text = if is_file { base64(&data) } else { String::from_utf8(data.into()).map_err(|_| not_text())? };
        match route.takes_bytes {
            true => self.set(route, &name, text, settings),
            false => self.add_form_field(route, &name, text, settings),
        }
    }

    fn set_unknown(&mut self, name: &str, value: String, settings: &GatewaySettings) -> Result<()> {
        match settings.unknown_parameters {
            _ if settings.ignored_parameters.contains(name) => (),
            UnknownParameters::Ignore => (),
            UnknownParameters::Capture => self.captured.0.push((name.to_owned(), value)),
            UnknownParameters::Refuse => return Err(violation(name, "is not a field of the request")),
        }
        Ok(())
    }

    fn set_system(&mut self, name: &str, value: &str) -> Result<()> {
        match name.trim_start_matches('$') {
            "alt" => {
                self.wants_events |= value == "sse";
                self.enum_numbers |= value.contains("enum-encoding=int");
            }
            "prettyPrint" => self.pretty = Some(matches!(value, "" | "true" | "True" | "1")),
            "fields" if !matches!(value, "" | "*") => {
                return Err(violation(name, "is not supported: the response has all of its fields"));
            }
            _ => (),
        }
        Ok(())
    }
}

/// Returns whether the body holds a field of the request.
fn is_in_body(route: &BoundRoute, field: &str) -> bool {
    route.route.body == "*" || route.route.body == field
}

/// Returns whether a variable of the path sets the field with these names.
fn is_in_path(route: &BoundRoute, steps: &[PathStep<'_>]) -> bool {
    let is_same = |own: &String, step: &PathStep<'_>| own == step.name() || json_name(own) == step.name();
    route.template.variables().iter().any(|variable| {
        let path = variable.field_path();
        path.len() == steps.len() && path.iter().zip(steps).all(|(own, step)| is_same(own, step))
    })
}

fn path_value(
    variable: &Variable,
    segments: PathSegments<'_>,
    unescape: Unescape,
    route: &BoundRoute,
) -> Result<String> {
    let range = route.template.matched(variable, segments.count());
    let decoded = percent_decode(segments.range(range), |byte| variable.is_multi_segment() && unescape.keeps(byte));
    let text = decoded.and_then(|bytes| String::from_utf8(bytes.into_owned()).ok());
    match text {
        Some(text) => Ok(text),
        None => Err(violation(&variable.to_string(), "is not UTF-8 in the path")),
    }
}

/// Splits a name such as `order.items` or `labels[a.b]` into steps; `None` if it is malformed or too deep.
fn steps(name: &str) -> Option<Vec<PathStep<'_>>> {
    let mut steps = Vec::new();
    let mut rest = name;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (field, mut after) = rest.split_at(end);
        steps.push(PathStep::Field(Some(field).filter(|field| !field.is_empty())?));
        while let Some(inner) = after.strip_prefix('[') {
            let (key, behind) = inner.split_once(']')?;
            steps.push(PathStep::Key(key));
            after = behind;
        }
        if steps.len() > MAX_DEPTH {
            return None;
        }
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(steps),
        }
    }
}

/// Decodes text as HTML forms encode it: `+` is a space.
fn decode_form_text(text: &str) -> Result<String> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    let bytes = percent_decode(&spaced, |_| false)
        .ok_or_else(|| Error::invalid_argument("the query has a `%` without two hexadecimal digits"))?;
    String::from_utf8(bytes.into_owned()).map_err(|_| Error::invalid_argument("the query is not UTF-8"))
}

#[cfg(feature = "multipart")]
fn base64(data: &[u8]) -> String {
    let mut text = Vec::new();
    encode_base64(data, &mut text);
    // The text is ASCII.
    String::from_utf8(text).unwrap_or_default()
}

fn violation(field: &str, description: &str) -> Error {
    let violation = Violation::new(field.chars().take(200).collect::<String>(), description);
    Error::invalid_argument(violation.to_string()).with_violations([violation])
}
