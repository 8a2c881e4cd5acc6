//! HTTP routes of methods.

use std::collections::BTreeMap;

use rust_svc::path::Template;

use crate::{
    diagnostics::{Position, Problem},
    lower::{lowering::Lowering, route_problems},
    model::{HttpResponse, Route},
    options::HttpBinding,
    read::{
        File,
        descriptor::{HttpResponseOptions, HttpRule, MethodDescriptor, Pattern},
    },
};

/// The numbers of the path to a rule of a method.
const METHOD_OPTIONS: i32 = 4;
const HTTP: i32 = 72_295_728;
const HTTP_RESPONSE: i32 = 50_704;
const ADDITIONAL_BINDINGS: i32 = 11;
const BODY: i32 = 7;
const RESPONSE_BODY: i32 = 12;

impl Lowering<'_> {
    /// Lowers the HTTP rule of a method: that of a service config, of the contract, or of methods without one. Invalid rules
    /// are reported.
    pub(super) fn routes(
        &mut self,
        file: &File,
        service: &str,
        method: &MethodDescriptor,
        declared: Option<&HttpRule>,
        path: &[i32],
    ) -> Vec<Route> {
        let rules = &self.options.http_rules;
        let reader = RuleReader { file, decodes_reserved: rules.decodes_reserved, problems: Vec::new() };
        let (routes, problems) = match (rules.of_method(service, &method.name), declared) {
            (Some(bindings), _) => reader.read_configured(bindings),
            (None, Some(rule)) => reader.read(rule, &[path, &[METHOD_OPTIONS, HTTP]].concat()),
            (None, None) if rules.has_unbound => reader.read_configured(&[unbound(file, service, method, path)]),
            (None, None) => return Vec::new(),
        };
        let is_valid = problems.is_empty();
        // Errors of the other rules are reported too.
        let has_error = route_problems::report(problems, &method.name, self.options, self.diagnostics);
        if is_valid || has_error { routes } else { Vec::new() }
    }

    /// Lowers the status and the headers of a method. Invalid ones are reported.
    pub(super) fn http_response(
        &mut self,
        file: &File,
        options: Option<&HttpResponseOptions>,
        path: &[i32],
    ) -> HttpResponse {
        let position = file.source.position(&[path, &[METHOD_OPTIONS, HTTP_RESPONSE]].concat());
        let Some(options) = options else { return HttpResponse { status: None, headers: BTreeMap::new(), position } };
        for (message, help) in response_problems(options) {
            self.diagnostics.error("E0204", &position, message).help(help);
        }
        let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
        let headers = options.headers.iter().map(lower).collect();
        HttpResponse { status: Some(options.status).filter(|status| *status != 0), headers, position }
    }
}

/// The binding of a method without a rule.
fn unbound(file: &File, service: &str, method: &MethodDescriptor, path: &[i32]) -> HttpBinding {
    HttpBinding {
        verb: "POST".to_owned(),
        path: format!("/{service}/{}", method.name),
        body: "*".to_owned(),
        response_body: String::new(),
        position: file.source.position(path),
    }
}

/// Reads the rules of a method.
struct RuleReader<'a> {
    file: &'a File,
    decodes_reserved: bool,
    problems: Vec<Problem>,
}

impl RuleReader<'_> {
    fn read(mut self, rule: &HttpRule, path: &[i32]) -> (Vec<Route>, Vec<Problem>) {
        let mut routes: Vec<_> = self.declared(rule, path).into_iter().collect();
        for (index, binding) in (0..).zip(&rule.additional_bindings) {
            let path = [path, &[ADDITIONAL_BINDINGS, index]].concat();
            if !binding.additional_bindings.is_empty() {
                let position = self.file.source.position(&path);
                self.problem("E0204", &position, "nested additional_bindings", "list all bindings in the outer rule");
            }
            routes.extend(self.declared(binding, &path));
        }
        (routes, self.problems)
    }

    fn read_configured(mut self, bindings: &[HttpBinding]) -> (Vec<Route>, Vec<Problem>) {
        let routes = bindings.iter().filter_map(|binding| {
            let position = &binding.position;
            self.route(binding, position.clone(), position.clone())
        });
        (routes.collect(), self.problems)
    }

    fn declared(&mut self, rule: &HttpRule, path: &[i32]) -> Option<Route> {
        let file = self.file;
        let at = |number: i32| file.source.position(&[path, &[number]].concat());
        let Some(pattern) = &rule.pattern else {
            self.problem("E0204", &at(0), "HTTP rule without a path", "add a path, such as `get: \"/v1/shelves\"`");
            return None;
        };
        let (verb, text, number) = verb(pattern);
        let binding = HttpBinding {
            verb,
            path: text.to_owned(),
            body: rule.body.clone(),
            response_body: rule.response_body.clone(),
            position: at(number),
        };
        self.route(&binding, at(BODY), at(RESPONSE_BODY))
    }

    fn route(
        &mut self,
        binding: &HttpBinding,
        body_position: Position,
        response_body_position: Position,
    ) -> Option<Route> {
        let HttpBinding { verb, path, body, response_body, position } = binding.clone();
        if !is_token(&verb) {
            let help = "use a token such as `HEAD`, or `*` for any method";
            self.problem("E0204", &position, &format!("invalid HTTP method `{verb}`"), help);
        }
        let template = self.template(&path, &position)?;
        let decodes_reserved = self.decodes_reserved;
        Some(Route {
            verb,
            template,
            body,
            body_position,
            response_body,
            response_body_position,
            decodes_reserved,
            position,
        })
    }

    fn template(&mut self, text: &str, position: &Position) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => Some(template),
            Err(error) => {
                let caret = text.get(..error.offset()).map_or(0, |before| before.chars().count());
                let shown = text.replace(char::is_control, "?");
                let help = format!("{shown}\n        {}^ here", " ".repeat(caret));
                self.problem("E0201", position, &format!("invalid path template: {}", error.message()), &help);
                None
            }
        }
    }

    fn problem(&mut self, code: &'static str, position: &Position, message: &str, help: &str) {
        self.problems.push(Problem::new(code, position, message.to_owned(), help));
    }
}

/// The HTTP method, the path, and the number of the field that holds it.
fn verb(pattern: &Pattern) -> (String, &str, i32) {
    match pattern {
        Pattern::Get(path) => ("GET".to_owned(), path, 2),
        Pattern::Put(path) => ("PUT".to_owned(), path, 3),
        Pattern::Post(path) => ("POST".to_owned(), path, 4),
        Pattern::Delete(path) => ("DELETE".to_owned(), path, 5),
        Pattern::Patch(path) => ("PATCH".to_owned(), path, 6),
        Pattern::Custom(custom) => (custom.kind.clone(), &custom.path, 8),
    }
}

/// Whether a text is a valid HTTP method, a token of RFC 9110.
fn is_token(verb: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !verb.is_empty() && verb.bytes().all(token)
}

/// Returns what is wrong with the option of a method, and what to write.
fn response_problems(options: &HttpResponseOptions) -> Vec<(String, &'static str)> {
    let mut problems = Vec::new();
    let mut problem = |message: String, help| problems.push((message, help));
    if options.status != 0 && !(200..400).contains(&options.status) {
        let message = format!("status {} of a successful call", options.status);
        problem(message, "use a status from 200 to 399, such as 201");
    }
    for (name, value) in &options.headers {
        if !is_header_name(name) {
            problem(format!("invalid header name `{name}`"), "use letters, digits and hyphens, such as `location`");
        }
        if !is_template(value) {
            let message = format!("invalid value of the header `{name}`");
            problem(message, "use printable ASCII, with fields of the response in braces: `/v1/users/{user_id}`");
        }
    }
    problems
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether a value is printable, and each brace belongs to a pair around a name.
fn is_template(value: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let mut pieces = value.split('{');
    let is_plain = pieces.next().is_none_or(|first| !first.contains('}'));
    let is_field = |piece: &str| piece.split_once('}').is_some_and(|(name, rest)| is_name(name) && !rest.contains('}'));
    is_printable && is_plain && pieces.all(is_field)
}
