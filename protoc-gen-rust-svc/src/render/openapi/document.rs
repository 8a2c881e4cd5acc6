//! The document around the operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{OpenApiOptions, errors, keyword::set, path::DocumentedPath, print, schemas::Schemas, version_3_0};
use crate::model::{Method, Model, Route, Service};

/// The HTTP methods that a path of OpenAPI can have.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// Returns the document, with the name of its file.
pub(in super::super) fn document(model: &Model, options: &OpenApiOptions) -> (String, String) {
    let mut document = build(model, options);
    if options.is_version_3_0 {
        version_3_0::convert(&mut document);
    }
    let text = if options.is_yaml { print::yaml(&document) } else { print::json(&document) };
    (options.file().to_owned(), text)
}

/// Builds the document of version 3.1.
fn build(model: &Model, options: &OpenApiOptions) -> Value {
    let mut operations = Operations::new(model);
    let services: Vec<_> = services(model).collect();
    for service in &services {
        for method in service.methods.iter().filter(|method| !method.is_hidden) {
            method.routes.iter().for_each(|route| operations.add(service, method, route));
        }
    }
    let Operations { schemas, paths, left_out, .. } = operations;
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info(&services),
        "servers": [{"url": "/"}],
        "tags": services.iter().map(|service| tag(service)).collect::<Vec<_>>(),
        "paths": paths,
        "components": components(schemas, options),
    });
    let security: Vec<_> = security_schemes(options).map(|(name, _)| json!({name: []})).collect();
    set(&mut document, "security", (!security.is_empty()).then_some(security));
    set(&mut document, "x-routes-left-out", (!left_out.is_empty()).then_some(left_out));
    document
}

fn services(model: &Model) -> impl Iterator<Item = &Service> {
    model.packages.iter().flat_map(|package| package.routed_services()).filter(|service| !service.is_hidden)
}

fn info(services: &[&Service]) -> Value {
    let names: Vec<_> = services.iter().map(|service| last(&service.name)).collect();
    let version = services.first().map(|service| version(&service.name)).unwrap_or_default();
    json!({"title": names.join(", "), "version": version})
}

/// Returns the version in the name of a package, such as `v1`.
fn version(name: &str) -> &str {
    let is_version = |part: &&str| {
        let number = part.strip_prefix('v').unwrap_or_default();
        number.starts_with(|first: char| first.is_ascii_digit())
    };
    name.split('.').rev().find(is_version).unwrap_or("v1")
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn tag(service: &Service) -> Value {
    let mut tag = json!({"name": service.name});
    set(&mut tag, "description", service.docs.written());
    tag
}

fn components(schemas: Schemas<'_>, options: &OpenApiOptions) -> Value {
    let error = schemas.names.unused("Error");
    let (media_type, schema) = errors::schema(options.errors);
    let mut schemas = schemas.finish();
    let reference = json!({"schema": {"$ref": format!("#/components/schemas/{error}")}});
    schemas.insert(error, schema);
    let response = json!({"description": "An error.", "content": {media_type: reference}});
    let mut components = json!({"schemas": schemas, "responses": {"Error": response}});
    let schemes: Map<_, _> = security_schemes(options).map(|(name, scheme)| (name.to_owned(), scheme)).collect();
    set(&mut components, "securitySchemes", (!schemes.is_empty()).then_some(schemes));
    components
}

/// Returns the ways to authenticate, of which a call has one.
fn security_schemes(options: &OpenApiOptions) -> impl Iterator<Item = (&'static str, Value)> {
    let schemes = [
        (options.has_bearer, "bearer", json!({"type": "http", "scheme": "bearer"})),
        (options.has_basic, "basic", json!({"type": "http", "scheme": "basic"})),
        (options.has_api_key, "api-key", json!({"type": "apiKey", "in": "header", "name": "x-api-key"})),
    ];
    schemes.into_iter().filter(|(is_used, ..)| *is_used).map(|(_, name, scheme)| (name, scheme))
}

/// The operations of a document.
struct Operations<'a> {
    schemas: Schemas<'a>,
    paths: Map<String, Value>,
    /// The path of each shape.
    shapes: BTreeMap<String, DocumentedPath>,
    ids: BTreeSet<String>,
    /// The routes that OpenAPI cannot state.
    left_out: Vec<String>,
}

impl<'a> Operations<'a> {
    fn new(model: &'a Model) -> Self {
        let (paths, shapes, ids) = (Map::new(), BTreeMap::new(), BTreeSet::new());
        Self { schemas: Schemas::new(model), paths, shapes, ids, left_out: Vec::new() }
    }

    fn add(&mut self, service: &'a Service, method: &'a Method, route: &'a Route) {
        let mut path = DocumentedPath::new(&route.template);
        if let Some(other) = self.shapes.get(&path.shape()) {
            path.rename(other);
        }
        let verb = match &*route.verb {
            "*" if route.body.is_empty() => "GET",
            "*" => "POST",
            verb => verb,
        };
        let key = verb.to_ascii_lowercase();
        let is_taken = self.paths.get(&path.text).is_some_and(|item| item.get(&key).is_some());
        if is_taken || !METHODS.contains(&verb) {
            self.left_out.push(format!("{} {}", route.verb, route.template));
            return;
        }
        let id = self.id(service, method);
        let operation = self.schemas.operation((service, method, route), &id, &path.parameters);
        self.paths.entry(path.text.clone()).or_insert_with(|| json!({}))[key] = operation;
        self.shapes.entry(path.shape()).or_insert(path);
    }

    /// Returns an identifier that no other operation has.
    fn id(&mut self, service: &Service, method: &Method) -> String {
        let short = format!("{}_{}", last(&service.name), method.name);
        let full = format!("{}_{}", service.name.replace('.', "_"), method.name);
        let is_own = |id: &String| self.ids.contains(id) && !self.is_of(service, id);
        let base = if is_own(&short) { full } else { short };
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let id = std::iter::once(base.clone()).chain(numbered).find(|id| !self.ids.contains(id)).unwrap_or(base);
        self.ids.insert(id.clone());
        id
    }

    /// Whether an operation with this identifier is of a service.
    fn is_of(&self, service: &Service, id: &str) -> bool {
        let items = self.paths.values().filter_map(Value::as_object);
        let mut operations = items.flat_map(|item| item.values());
        operations.any(|operation| operation["operationId"] == id && operation["tags"][0] == service.name)
    }
}
