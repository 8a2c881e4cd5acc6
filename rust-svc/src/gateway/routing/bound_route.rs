//! A route that is checked against its messages.

use std::fmt;

use axum::http::StatusCode;

use super::{
    message_info::{HTTP_BODY, MessageInfo},
    route::Route,
};
use crate::{
    Method,
    call::extensions::Extensions,
    gateway::response::HeaderTemplate,
    gateway::settings::MatchedRoute,
    path::{Template, TemplateError},
};

const FIELD_MASK: &str = "google.protobuf.FieldMask";

/// A route whose template and fields are valid.
pub(crate) struct BoundRoute {
    pub(crate) method: Method,
    pub(crate) route: Route,
    pub(crate) template: Template,
    pub(crate) messages: MessageInfo,
    /// The field that receives the names of the fields in the body of a PATCH, unless the caller sets it.
    pub(crate) mask: Option<&'static str>,
    /// The field of the response that is printed.
    pub(crate) response_field: Option<&'static str>,
    /// Whether the JSON of a response may have the key `error`.
    pub(crate) response_has_error: bool,
    /// Whether a response has the field `etag`, and may be cached.
    pub(crate) returns_etag: bool,
    /// The field of the request that holds the entity tag of a write.
    pub(crate) expected_etag: Option<Vec<&'static str>>,
    /// Whether the body of a request is a `google.api.HttpBody`.
    pub(crate) takes_bytes: bool,
    /// Whether the body of a response is a `google.api.HttpBody`.
    pub(crate) returns_bytes: bool,
    /// The status of a successful call.
    pub(crate) status: StatusCode,
    /// The headers of a successful call.
    pub(crate) headers: Vec<HeaderTemplate>,
    /// The [`MatchedRoute`], which all calls share.
    pub(crate) values: Extensions,
}

impl BoundRoute {
    /// Checks a route against its messages. Fails with a description of the problem.
    pub(crate) fn check(method: Method, route: Route, messages: MessageInfo) -> Result<Self, String> {
        let template = Template::parse(route.template).map_err(|error: TemplateError| error.to_string())?;
        for variable in template.variables() {
            let name = &variable.field_path()[0];
            messages.request_field(name).ok_or_else(|| format!("the request has no field `{name}`"))?;
        }
        if !matches!(route.body, "" | "*") && messages.request_field(route.body).is_none() {
            return Err(format!("the request has no field `{}` for the body", route.body));
        }
        let response_field = messages.response.field(route.response_body);
        if response_field.is_none() && !route.response_body.is_empty() {
            return Err(format!("the response has no field `{}`", route.response_body));
        }
        let mask = mask(route, messages);
        let takes_bytes = match route.body {
            "*" => messages.request.name() == HTTP_BODY,
            field => messages.request.messages().contains(&(field, HTTP_BODY)),
        };
        let returns_bytes = match response_field {
            None => messages.response.name() == HTTP_BODY,
            Some(field) => messages.response.messages().contains(&(field, HTTP_BODY)),
        };
        let is_whole = route.kind == "GET" && response_field.is_none() && !returns_bytes;
        let returns_etag = is_whole && messages.response.field("etag").is_some();
        let status = StatusCode::from_u16(route.status).ok().filter(|status| (200..400).contains(&status.as_u16()));
        let status = status.ok_or_else(|| format!("{} is not the status of a successful call", route.status))?;
        let header = |(name, value): &(&'static str, &'static str)| {
            HeaderTemplate::parse(name, value, |name| messages.response.field(name))
        };
        let headers = route.headers.iter().map(header).collect::<Result<_, _>>()?;
        let expected_etag = expected_etag(route, messages);
        let response_has_error = messages.response.may_have_key("error");
        let mut values = Extensions::new();
        values.insert(MatchedRoute { method, kind: route.kind, template: route.template });
        Ok(Self {
            method,
            route,
            template,
            messages,
            mask,
            response_field,
            response_has_error,
            returns_etag,
            expected_etag,
            takes_bytes,
            returns_bytes,
            status,
            headers,
            values,
        })
    }
}

/// Returns the path of the entity tag that a write expects: a field `etag` of the body, or of the request.
fn expected_etag(route: Route, messages: MessageInfo) -> Option<Vec<&'static str>> {
    let paths = [vec![route.body, "etag"], vec!["etag"]];
    let is_text = |path: &Vec<&'static str>| {
        let name = path.join(".");
        messages.request.is_text(&name) && !messages.is_output_only(&name)
    };
    if route.kind == "GET" { None } else { paths.into_iter().find(is_text) }
}

/// Returns the update mask of a PATCH whose body is one field. A request with several masks has none.
fn mask(route: Route, messages: MessageInfo) -> Option<&'static str> {
    let applies = route.kind == "PATCH" && !matches!(route.body, "" | "*");
    let mut types = if applies { messages.request.messages() } else { Vec::new() };
    types.retain(|(_, name)| *name == FIELD_MASK);
    match types[..] {
        [(mask, _)] if mask != route.body => Some(mask),
        _ => None,
    }
}

impl fmt::Debug for BoundRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.route.kind, self.template, self.method.full_name())
    }
}
