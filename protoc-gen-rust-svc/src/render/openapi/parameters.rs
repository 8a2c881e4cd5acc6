//! Parameters of paths and queries.

use serde_json::{Value, json};

use super::{keyword::set, path::PathParameter, schemas::Schemas};
use crate::model::{self, Cardinality, Field, Message, Method, Route};

/// The most parameters of a query in a document.
const MAX_PARAMETERS: usize = 200;
/// The most names in a parameter.
const MAX_DEPTH: usize = 6;

impl<'a> Schemas<'a> {
    /// Returns the parameters of a route.
    pub(super) fn parameters(&mut self, method: &'a Method, route: &Route, path: &[PathParameter]) -> Vec<Value> {
        let model = self.model;
        let request = model.message(&method.request_name);
        let mut parameters: Vec<_> = path.iter().map(|parameter| self.path_parameter(request, parameter)).collect();
        if let (Some(request), true) = (request, route.body != "*") {
            let mut query = Query { route, names: Vec::new(), messages: Vec::new(), found: Vec::new() };
            self.query(request, &mut query);
            parameters.extend(query.found);
        }
        parameters
    }

    fn path_parameter(&mut self, request: Option<&'a Message>, parameter: &PathParameter) -> Value {
        let field_path = parameter.field_path.as_deref();
        let field = field_path.and_then(|path| self.field_at(request?, path));
        let schema = field.map_or_else(|| json!({"type": "string"}), |field| self.plain_field(field));
        let mut value = json!({"name": parameter.name, "in": "path", "required": true});
        let comment = field.and_then(|field| field.docs.written());
        let lines: Vec<_> = comment.into_iter().chain(parameter.description.clone()).collect();
        set(&mut value, "description", (!lines.is_empty()).then(|| lines.join("\n\n")));
        set(&mut value, "deprecated", field.and_then(|field| field.deprecated.then_some(true)));
        value["schema"] = schema;
        value
    }

    /// Finds the field at a path of names.
    pub(super) fn field_at(&self, message: &'a Message, path: &[String]) -> Option<&'a Field> {
        let (first, rest) = path.split_first()?;
        let field = message.field(first)?;
        if rest.is_empty() { Some(field) } else { self.field_at(self.model.message(field.single_message()?)?, rest) }
    }

    /// Adds the fields of a message, and of messages in it, that neither path nor body sets.
    fn query(&mut self, message: &'a Message, query: &mut Query<'a, '_>) {
        query.messages.push(&message.name);
        for field in message.fields().filter(|field| !field.behavior.output_only) {
            if !self.is_shown(field) {
                continue;
            }
            query.names.push(field);
            self.query_field(field, query);
            query.names.pop();
        }
        query.messages.pop();
    }

    fn query_field(&mut self, field: &'a Field, query: &mut Query<'a, '_>) {
        if query.found.len() >= MAX_PARAMETERS || query.is_set_elsewhere() {
            return;
        }
        match field.single_message() {
            Some(name) if query.messages.contains(&name) || query.names.len() >= MAX_DEPTH => (),
            Some(name) => {
                if let Some(inner) = self.model.message(name) {
                    self.query(inner, query);
                }
            }
            None if is_text(field) => query.found.push(self.query_parameter(field, query)),
            None => (),
        }
    }

    fn query_parameter(&mut self, field: &'a Field, query: &Query<'_, '_>) -> Value {
        let names: Vec<_> = query.names.iter().map(|field| field.json_name.as_str()).collect();
        let mut value = json!({"name": names.join("."), "in": "query"});
        set(&mut value, "description", field.docs.written());
        let is_required = query.names.len() == 1 && (field.required || field.constraints.required);
        set(&mut value, "required", is_required.then_some(true));
        set(&mut value, "deprecated", field.deprecated.then_some(true));
        value["schema"] = self.plain_field(field);
        value
    }
}

/// The search for the parameters of a query.
struct Query<'a, 'r> {
    route: &'r Route,
    /// The fields on the way to the current one, and that one.
    names: Vec<&'a Field>,
    /// The messages around the current field.
    messages: Vec<&'a str>,
    found: Vec<Value>,
}

impl Query<'_, '_> {
    /// Whether the body or a variable of the path sets the current field.
    fn is_set_elsewhere(&self) -> bool {
        let is_same = |path: &[String]| path.iter().eq(self.names.iter().map(|field| &field.name));
        let is_body = self.names.len() == 1 && self.names[0].name == self.route.body;
        is_body || self.route.template.variables().iter().any(|variable| is_same(variable.field_path()))
    }
}

/// Whether a query can set a field with one text for each value.
fn is_text(field: &Field) -> bool {
    let is_map = matches!(field.cardinality, Cardinality::Map(_));
    !is_map
        && match &field.value {
            model::Value::Scalar(_) | model::Value::Enum(_) => true,
            model::Value::Message(_) => false,
            model::Value::WellKnown(known) => known.is_query_text(),
        }
}
