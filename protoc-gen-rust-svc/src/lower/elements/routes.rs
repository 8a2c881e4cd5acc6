//! HTTP routes of methods.

use rust_svc::path::Template;

use crate::{
    diagnostics::{Position, Problem},
    lower::{lowering::Lowering, route_problems},
    model::Route,
    read::{
        File,
        descriptor::{HttpRule, Pattern},
    },
};

/// The numbers of the path to a rule of a method.
const METHOD_OPTIONS: i32 = 4;
const HTTP: i32 = 72_295_728;
const ADDITIONAL_BINDINGS: i32 = 11;
const BODY: i32 = 7;
const RESPONSE_BODY: i32 = 12;

impl Lowering<'_> {
    /// Lowers the HTTP rule of a method. Invalid rules are reported.
    pub(super) fn routes(&mut self, file: &File, method: &str, rule: Option<&HttpRule>, path: &[i32]) -> Vec<Route> {
        let Some(rule) = rule else { return Vec::new() };
        let rules = RuleReader { file, problems: Vec::new() };
        let (routes, problems) = rules.read(rule, &[path, &[METHOD_OPTIONS, HTTP]].concat());
        let is_valid = problems.is_empty();
        // Errors of the other rules are reported too.
        let has_error = route_problems::report(problems, method, self.options, self.diagnostics);
        if is_valid || has_error { routes } else { Vec::new() }
    }
}

/// Reads the rules of a method.
struct RuleReader<'a> {
    file: &'a File,
    problems: Vec<Problem>,
}

impl RuleReader<'_> {
    fn read(mut self, rule: &HttpRule, path: &[i32]) -> (Vec<Route>, Vec<Problem>) {
        let mut routes: Vec<_> = self.route(rule, path).into_iter().collect();
        for (index, binding) in (0..).zip(&rule.additional_bindings) {
            let path = [path, &[ADDITIONAL_BINDINGS, index]].concat();
            if !binding.additional_bindings.is_empty() {
                let position = self.file.source.position(&path);
                self.problem("E0204", &position, "nested additional_bindings", "list all bindings in the outer rule");
            }
            routes.extend(self.route(binding, &path));
        }
        (routes, self.problems)
    }

    fn route(&mut self, rule: &HttpRule, path: &[i32]) -> Option<Route> {
        let file = self.file;
        let at = |number: i32| file.source.position(&[path, &[number]].concat());
        let Some(pattern) = &rule.pattern else {
            self.problem("E0204", &at(0), "HTTP rule without a path", "add a path, such as `get: \"/v1/shelves\"`");
            return None;
        };
        let (verb, text, number) = verb(pattern);
        let position = at(number);
        if !is_token(&verb) {
            let help = "use a token such as `HEAD`, or `*` for any method";
            self.problem("E0204", &position, &format!("invalid HTTP method `{verb}`"), help);
        }
        let template = self.template(text, &position)?;
        Some(Route {
            verb,
            template,
            body: rule.body.clone(),
            body_position: at(BODY),
            response_body: rule.response_body.clone(),
            response_body_position: at(RESPONSE_BODY),
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
