//! A route and what answers it.

use std::{fmt, sync::Arc};

use axum::{body::Body, http::Response};
use futures::future::BoxFuture;

use super::{Route, exchange::HttpExchange, failure::HttpError};
use crate::{
    Method,
    intercept::Chain,
    json::{self, JsonValue},
    path::{Template, TemplateError},
};

/// The answer to a request, or why there is none.
pub(super) type HandlerFuture = BoxFuture<'static, Result<Response<Body>, HttpError>>;

pub(super) type Handler = Arc<dyn Fn(HttpExchange) -> HandlerFuture + Send + Sync>;

/// A route as generated code declares it.
#[derive(Clone)]
pub(super) struct DeclaredRoute {
    pub(super) method: Method,
    pub(super) route: Route,
    pub(super) shape: MessageInfo,
    pub(super) chain: Chain,
    pub(super) handler: Handler,
}

/// What must be known of the messages of a method before one is there.
#[derive(Clone, Copy)]
pub(super) struct MessageInfo {
    field: fn(&str) -> Option<&'static str>,
    response_field: fn(&str) -> Option<&'static str>,
    mask_fields: fn() -> Vec<&'static str>,
    pub(super) may_have_error: fn() -> bool,
}

/// A route that was checked.
pub(super) struct BoundRoute {
    pub(super) method: Method,
    pub(super) route: Route,
    pub(super) template: Template,
    pub(super) shape: MessageInfo,
    /// The field that is filled with the names of what the body of a PATCH holds, unless the caller sets it.
    pub(super) mask: Option<&'static str>,
    /// The field of the response that is printed.
    pub(super) response_field: Option<&'static str>,
    /// What is around a call.
    pub(super) chain: Chain,
    pub(super) handler: Handler,
}

impl MessageInfo {
    pub(super) fn of<Q: JsonValue, R: JsonValue>() -> Self {
        Self {
            field: json::field_name::<Q>,
            response_field: json::field_name::<R>,
            mask_fields: json::mask_fields::<Q>,
            may_have_error: || R::may_have_key("error"),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&'static str> {
        (self.field)(name)
    }
}

impl BoundRoute {
    /// Checks a route against its messages. Fails with what is wrong, for people.
    pub(super) fn check(declared: DeclaredRoute) -> Result<Self, String> {
        let DeclaredRoute { method, route, shape, chain, handler } = declared;
        let template = Template::parse(route.template).map_err(|error: TemplateError| error.to_string())?;
        for variable in template.variables() {
            let name = &variable.field_path()[0];
            shape.field(name).ok_or_else(|| format!("the request has no field `{name}`"))?;
        }
        if !matches!(route.body, "" | "*") && shape.field(route.body).is_none() {
            return Err(format!("the request has no field `{}` for the body", route.body));
        }
        let response_field = (shape.response_field)(route.response_body);
        if response_field.is_none() && !route.response_body.is_empty() {
            return Err(format!("the response has no field `{}`", route.response_body));
        }
        Ok(Self { method, route, mask: mask(route, shape), template, shape, response_field, chain, handler })
    }
}

/// Only a PATCH whose body is one field has an update mask beside it, and only if it is the one mask.
fn mask(route: Route, shape: MessageInfo) -> Option<&'static str> {
    let applies = route.kind == "PATCH" && !matches!(route.body, "" | "*");
    let masks = if applies { (shape.mask_fields)() } else { Vec::new() };
    match masks[..] {
        [mask] if mask != route.body => Some(mask),
        _ => None,
    }
}

impl fmt::Debug for DeclaredRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.route.kind, self.route.template, self.method.full_name())
    }
}

impl fmt::Debug for BoundRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.route.kind, self.template, self.method.full_name())
    }
}
