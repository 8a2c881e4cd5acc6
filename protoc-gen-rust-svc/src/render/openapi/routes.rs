//! The table of all HTTP routes.

use serde_json::{Value, json};

use super::{keyword::set, print};
use crate::model::{Method, Model, Route};

/// The name of the file.
const FILE: &str = "routes.json";

/// A route of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRow<'a> {
    /// The HTTP method; `*` for any.
    pub verb: &'a str,
    /// The template of the path.
    pub path: &'a str,
    /// The method that it calls, such as `inventory.v1.InventoryService/CheckStock`.
    pub method: &'a str,
    /// The streaming kind of the method.
    pub kind: &'static str,
    /// The field that the body fills; `*` for all fields, empty for no body.
    pub body: &'a str,
    /// The field that is the response body; empty for the whole response.
    pub response_body: &'a str,
}

/// Returns the routes, sorted by path.
pub fn routes(model: &Model) -> Vec<RouteRow<'_>> {
    let services = model.packages.iter().flat_map(|package| &package.services);
    let methods = services.flat_map(|service| &service.methods);
    let mut rows: Vec<_> =
        methods.flat_map(|method| method.routes.iter().map(move |route| row(method, route))).collect();
    rows.sort_by_key(|row| (row.path, row.verb));
    rows
}

/// Returns the file with the routes, with its name.
pub(in crate::render) fn file(model: &Model) -> (String, String) {
    let rows: Vec<_> = routes(model).iter().map(object).collect();
    (FILE.to_owned(), print::json(&json!({"routes": rows})))
}

fn row<'a>(method: &'a Method, route: &'a Route) -> RouteRow<'a> {
    RouteRow {
        verb: &route.verb,
        path: route.template.as_str(),
        method: method.path.0.trim_start_matches('/'),
        kind: method.kind.snake(),
        body: &route.body,
        response_body: &route.response_body,
    }
}

fn object(row: &RouteRow<'_>) -> Value {
    let mut object = json!({"verb": row.verb, "path": row.path, "method": row.method, "kind": row.kind});
    set(&mut object, "body", (!row.body.is_empty()).then_some(row.body));
    set(&mut object, "response_body", (!row.response_body.is_empty()).then_some(row.response_body));
    object
}
