//! Path templates of `google.api.http` as those of OpenAPI, whose variables are single segments.

use rust_svc::path::{Segment, Template, Variable};

/// A path and its parameters, in order.
pub(super) struct DocumentedPath {
    pub(super) text: String,
    pub(super) parameters: Vec<PathParameter>,
}

/// A parameter of a path.
pub(super) struct PathParameter {
    pub(super) name: String,
    /// The field that it fills by itself.
    pub(super) field_path: Option<Vec<String>>,
    /// An explanation, if it is not a field.
    pub(super) description: Option<String>,
}

impl DocumentedPath {
    pub(super) fn new(template: &Template) -> Self {
        let mut path = Self { text: String::new(), parameters: Vec::new() };
        let shape = template.shape();
        let (segments, verb) = match template.verb().and_then(|_| shape.rsplit_once(':')) {
            Some((segments, verb)) => (segments, Some(verb)),
            None => (&*shape, None),
        };
        for (index, text) in segments.split('/').skip(1).enumerate() {
            path.text.push('/');
            match template.segments().get(index) {
                Some(segment @ (Segment::Single | Segment::Many)) => {
                    path.add(template, index, *segment == Segment::Many)
                }
                _ => path.text.push_str(text),
            }
        }
        path.text.extend(verb.map(|verb| format!(":{verb}")));
        path
    }

    /// Returns the path without the names of its parameters. Two paths of one shape are the same for OpenAPI.
    pub(super) fn shape(&self) -> String {
        let parts = self.text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join("{}")
    }

    /// Renames parameters to those of another path of the same shape.
    pub(super) fn rename(&mut self, other: &Self) {
        self.text.clone_from(&other.text);
        for (own, other) in self.parameters.iter_mut().zip(&other.parameters) {
            own.name.clone_from(&other.name);
        }
    }

    fn add(&mut self, template: &Template, index: usize, is_many: bool) {
        let variable = template.variables().iter().find(|variable| variable.segments().contains(&index));
        let parameter = match variable {
            Some(variable) if variable.segments().len() == 1 => whole(variable, is_many),
            Some(variable) => part(template, variable, index),
            None => PathParameter { name: "segment".to_owned(), field_path: None, description: None },
        };
        let name = self.unused(parameter.name);
        self.text.push_str(&format!("{{{name}}}"));
        self.parameters.push(PathParameter { name, ..parameter });
    }

    fn unused(&self, name: String) -> String {
        let is_used = |name: &String| self.parameters.iter().any(|parameter| parameter.name == *name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !is_used(name)).unwrap_or(name)
    }
}

/// Returns the parameter of a variable of one segment, or of `**`.
fn whole(variable: &Variable, is_many: bool) -> PathParameter {
    let description = is_many.then(|| "Any number of segments, with slashes between them.".to_owned());
    PathParameter { name: variable.to_string(), field_path: Some(variable.field_path().to_vec()), description }
}

/// Returns the parameter of one of several segments of a variable, named after the literal before it.
fn part(template: &Template, variable: &Variable, index: usize) -> PathParameter {
    let segments = template.segments();
    let before = index.checked_sub(1).filter(|before| variable.segments().contains(before));
    let name = match before.map(|before| &segments[before]) {
        Some(Segment::Literal(literal)) => singular(literal),
        _ => variable.to_string(),
    };
    let pattern: Vec<_> = variable.segments().map(|index| segment_text(&segments[index])).collect();
    let description = format!("A part of `{variable}`, which is `{}`.", pattern.join("/"));
    PathParameter { name, field_path: None, description: Some(description) }
}

fn segment_text(segment: &Segment) -> &str {
    match segment {
        Segment::Literal(text) => text,
        Segment::Single => "*",
        Segment::Many => "**",
    }
}

/// Returns the singular of the name of a collection, as resource names have it.
fn singular(plural: &str) -> String {
    let is_word =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let endings = [
        ("ies", "y"),
        ("lves", "lf"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("ss", "ss"),
        ("s", ""),
    ];
    let found = endings.iter().find_map(|(end, other)| Some(format!("{}{other}", plural.strip_suffix(end)?)));
    let name = found.unwrap_or_else(|| plural.to_owned());
    if is_word(&name) { name } else { "part".to_owned() }
}

#[cfg(test)]
mod tests {
    use rust_svc::path::Template;

    use super::DocumentedPath;

    #[test]
    fn variables_of_several_segments_are_expanded() {
        for (template, expected) in [
            ("/", "/"),
            ("/v1/{order_id}:cancel", "/v1/{order_id}:cancel"),
            ("/v1/{name=shelves/*/books/*}:read", "/v1/shelves/{shelf}/books/{book}:read"),
            ("/v1/{book.name=shelves/*}/categories/{name=**}", "/v1/shelves/{shelf}/categories/{name}"),
            ("/v1/*/{name=*/*}", "/v1/{segment}/{name}/{name_2}"),
        ] {
            let template = Template::parse(template).expect(template);
            assert_eq!(DocumentedPath::new(&template).text, expected);
        }
    }

    #[test]
    fn names_do_not_change_the_shape() {
        let shape = |text| DocumentedPath::new(&Template::parse(text).expect(text)).shape();
        assert_eq!(shape("/v1/{a}/b/{c}:d"), shape("/v1/{x}/b/{y}:d"));
        assert_ne!(shape("/v1/{a}/b"), shape("/v1/{a}/c"));
    }
}
