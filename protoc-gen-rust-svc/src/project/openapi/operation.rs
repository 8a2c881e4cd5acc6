//! Methods from operations.

use std::collections::BTreeSet;

use super::{
    declaration::{FieldDeclaration, MessageDeclaration, MethodDeclaration},
    document::Node,
    migration::Migration,
    names::{camel, snake, unique},
};

/// The methods of HTTP that a description has, with their names in `google.api.http`.
const VERBS: &[&str] = &["get", "put", "post", "delete", "patch", "head", "options", "trace"];

/// An operation of a path.
struct Operation<'a> {
    verb: &'static str,
    /// The path in the description.
    short_path: String,
    /// The path with that of the server.
    path: String,
    node: Node<'a>,
    /// Parameters of the path and of the operation.
    parameters: Vec<Node<'a>>,
}

impl<'a> Migration<'a> {
    /// Declares a method for each operation.
    pub(super) fn methods(&mut self) -> Vec<MethodDeclaration> {
        let operations = self.operations();
        let mut names = BTreeSet::new();
        let named: Vec<_> = operations.iter().map(|operation| unique(&mut names, &operation.name())).collect();
        // Messages of schemas must not have the names of requests.
        self.taken = named.iter().flat_map(|name| [format!("{name}Request"), format!("{name}Response")]).collect();
        operations.iter().zip(named).map(|(operation, name)| self.method(operation, name)).collect()
    }

    fn operations(&mut self) -> Vec<Operation<'a>> {
        let prefix = self.prefix();
        let mut operations = Vec::new();
        for (path, item) in self.root.get("paths").map(Node::entries).unwrap_or_default() {
            let item = self.resolved(item);
            let shared = item.get("parameters").map(Node::items).unwrap_or_default();
            for verb in VERBS {
                let Some(node) = item.get(verb) else { continue };
                let own = node.get("parameters").map(Node::items).unwrap_or_default();
                let own: Vec<_> = own.into_iter().map(|parameter| self.resolved(parameter)).collect();
                let shared = shared.iter().map(|parameter| self.resolved(*parameter));
                let parameters = shared.filter(|shared| !own.iter().any(|own| is_same_parameter(*shared, *own)));
                let parameters = parameters.chain(own.iter().copied()).collect();
                operations.push(Operation {
                    verb,
                    short_path: path.clone(),
                    path: format!("{prefix}{path}"),
                    node,
                    parameters,
                });
            }
        }
        operations
    }

    /// Returns the path in the address of the first server.
    fn prefix(&self) -> String {
        let servers = self.root.get("servers").map(Node::items).unwrap_or_default();
        let url = servers.first().map(|server| server.text_of("url")).unwrap_or_default();
        let path =
            url.split_once("://").map_or(url.as_str(), |(_, rest)| rest.find('/').map_or("", |slash| &rest[slash..]));
        if path.contains('{') { String::new() } else { path.trim_end_matches('/').to_owned() }
    }

    fn method(&mut self, operation: &Operation<'a>, name: String) -> MethodDeclaration {
        let mut request = MessageDeclaration { name: format!("{name}Request"), ..MessageDeclaration::default() };
        let mut names = BTreeSet::new();
        self.parameters(operation, &mut request, &mut names);
        self.undeclared(operation, &mut request, &mut names);
        let body = self.body(operation, &mut request, &mut names);
        self.messages.push(request);
        let response_body = self.response(operation, &name);
        let comment = [operation.node.text_of("summary"), operation.node.text_of("description")];
        let comment: Vec<_> = comment.into_iter().filter(|text| !text.is_empty()).collect();
        MethodDeclaration {
            route: self.route(operation, &body, &response_body, &names),
            comment: comment.join("\n\n"),
            is_deprecated: operation.node.is("deprecated"),
            name,
        }
    }

    /// Declares fields for the parameters in the path and in the query.
    fn parameters(
        &mut self,
        operation: &Operation<'a>,
        request: &mut MessageDeclaration,
        names: &mut BTreeSet<String>,
    ) {
        for parameter in operation.parameters.clone() {
            let (name, place) = (parameter.text_of("name"), parameter.text_of("in"));
            if !["path", "query"].contains(&place.as_str()) {
                self.note(
                    parameter,
                    &format!("the {place} `{name}` is not part of the request: read it from `cx.metadata()`"),
                );
                continue;
            }
            let schema = parameter.get("schema").unwrap_or(parameter);
            let is_required = place == "path" || parameter.is("required");
            let mut field = self.field(&name, schema, &request.name.clone(), is_required);
            let description = parameter.text_of("description");
            if !description.is_empty() && !field.comment.contains(&description) {
                field.comment = format!("{description}\n{}", field.comment);
            }
            if names.insert(field.name.clone()) {
                request.fields.push(field);
            }
        }
    }

    /// Declares fields for variables of the path that no parameter describes.
    fn undeclared(
        &mut self,
        operation: &Operation<'a>,
        request: &mut MessageDeclaration,
        names: &mut BTreeSet<String>,
    ) {
        for name in operation.path.split('/').filter_map(|segment| variable(without_verb(segment).0)) {
            let field =
                FieldDeclaration { type_text: "string".to_owned(), name: snake(name), ..FieldDeclaration::default() };
            if names.insert(field.name.clone()) {
                self.note(operation.node, &format!("`{name}` of the path has no parameter: it becomes a string"));
                request.fields.push(field);
            }
        }
    }

    /// Declares fields for the body of a request. Returns the value of `body` in the route.
    fn body(
        &mut self,
        operation: &Operation<'a>,
        request: &mut MessageDeclaration,
        names: &mut BTreeSet<String>,
    ) -> String {
        let Some(body) = operation.node.get("requestBody").map(|body| self.resolved(body)) else {
            return String::new();
        };
        let Some(schema) = self.json(body) else { return String::new() };
        let is_inline = schema.get("$ref").is_none() && self.is_message(schema) && names.is_empty();
        if is_inline {
            let fields = self.fields(&request.name.clone(), schema);
            request.fields.extend(fields);
            return "*".to_owned();
        }
        let value = self.value_type(schema, &format!("{}Body", request.name.trim_end_matches("Request")));
        let name = unique(names, &field_name(schema, &value.text, "body"));
        request.fields.push(FieldDeclaration {
            type_text: value.text,
            name: name.clone(),
            ..FieldDeclaration::default()
        });
        name
    }

    /// Declares the response. Returns the value of `response_body` in the route.
    fn response(&mut self, operation: &Operation<'a>, name: &str) -> String {
        let mut message = MessageDeclaration { name: format!("{name}Response"), ..MessageDeclaration::default() };
        let responses = operation.node.get("responses").map(Node::entries).unwrap_or_default();
        let success = responses
            .iter()
            .find(|(code, _)| code.starts_with('2'))
            .or(responses.iter().find(|(code, _)| code == "default"));
        let mut response_body = String::new();
        if let Some(response) = success.map(|(_, response)| self.resolved(*response)) {
            message.comment = response.text_of("description");
            if let Some(schema) = self.json(response) {
                if schema.get("$ref").is_none() && self.is_message(schema) {
                    message.fields = self.fields(&message.name.clone(), schema);
                } else {
                    let value = self.value_type(schema, &format!("{name}Result"));
                    response_body = field_name(schema, &value.text, "result");
                    let name = response_body.clone();
                    message.fields.push(FieldDeclaration {
                        type_text: value.text,
                        name,
                        ..FieldDeclaration::default()
                    });
                }
            }
        }
        self.messages.push(message);
        response_body
    }

    /// Returns the schema of JSON content. Other content is noted.
    fn json(&mut self, node: Node<'a>) -> Option<Node<'a>> {
        let contents = node.get("content")?.entries();
        let is_json = |kind: &str| kind.starts_with("application/json") || kind.ends_with("+json") || kind == "*/*";
        let schema = contents.iter().find(|(kind, _)| is_json(kind)).and_then(|(_, content)| content.get("schema"));
        if schema.is_none() && !contents.is_empty() {
            let kinds: Vec<_> = contents.iter().map(|(kind, _)| kind.as_str()).collect();
            self.note(node, &format!("{} is not JSON: consider `google.api.HttpBody`", kinds.join(", ")));
        }
        schema
    }

    /// Prints the route. Paths that are not valid templates are noted.
    fn route(
        &mut self,
        operation: &Operation<'a>,
        body: &str,
        response_body: &str,
        fields: &BTreeSet<String>,
    ) -> Vec<String> {
        let Some(template) = template(&operation.path, fields) else {
            self.note(
                operation.node,
                &format!("`{}` is not a path template of google.api.http: add a route by hand", operation.path),
            );
            return Vec::new();
        };
        let verb = match operation.verb {
            verb @ ("get" | "put" | "post" | "delete" | "patch") => format!("{verb}: {template:?}"),
            other => format!("custom: {{kind: {:?}, path: {template:?}}}", other.to_uppercase()),
        };
        let option = |name: &str, value: &str| (!value.is_empty()).then(|| format!("{name}: {value:?}"));
        [verb].into_iter().chain(option("body", body)).chain(option("response_body", response_body)).collect()
    }
}

impl Operation<'_> {
    /// Returns the name of the method: the identifier of the operation, or one from its path.
    fn name(&self) -> String {
        let identifier = self.node.text_of("operationId");
        match identifier.is_empty() {
            false => camel(&identifier),
            true => camel(&format!("{} {}", self.verb, self.short_path)),
        }
    }
}

/// Returns a path with the names of fields. `None` if a segment has a parameter and other text, or an unknown parameter.
fn template(path: &str, fields: &BTreeSet<String>) -> Option<String> {
    let (path, verb) = without_verb(path);
    let segments = path.split('/').map(|segment| match variable(segment) {
        Some(name) if fields.contains(&snake(name)) => Some(format!("{{{}}}", snake(name))),
        _ if segment.contains(['{', '}', '*', ':']) => None,
        _ => Some(segment.to_owned()),
    });
    let path = segments.collect::<Option<Vec<_>>>()?.join("/");
    (path.len() > 1 && !path.ends_with('/')).then_some(path + verb)
}

/// Splits a path before the verb of its last segment, such as `:cancel`.
fn without_verb(path: &str) -> (&str, &str) {
    let colon = path.rfind(':').filter(|colon| !path[*colon..].contains(['/', '{', '}']) && *colon + 1 < path.len());
    path.split_at(colon.unwrap_or(path.len()))
}

/// Returns the name of a segment that is a variable.
fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}').filter(|name| !name.contains(['{', '}']))
}

/// Returns whether two parameters have one name and one place.
fn is_same_parameter(one: Node<'_>, other: Node<'_>) -> bool {
    ["name", "in"].iter().all(|key| one.text_of(key) == other.text_of(key))
}

/// Names a field by its type, if that has a name in the description: `user` for `User`, and `users` for `repeated User`.
fn field_name(schema: Node<'_>, type_text: &str, other: &str) -> String {
    let (name, plural) = type_text.strip_prefix("repeated ").map_or((type_text, ""), |name| (name, "s"));
    let is_named = schema.get("$ref").or(schema.get("items").and_then(|items| items.get("$ref"))).is_some();
    match is_named && name.starts_with(|first: char| first.is_ascii_uppercase()) {
        true => format!("{}{plural}", snake(name)),
        false => other.to_owned(),
    }
}
