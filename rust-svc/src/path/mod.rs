//! The path templates of `google.api.http`.
//!
//! The generator checks templates with this module, and the gateway builds its router from them.

mod parse;

use std::{fmt, ops::Range};

#[cfg(feature = "gateway")]
pub(crate) use parse::percent_decode;

/// A path template of `google.api.http`, parsed.
///
/// ```text
/// Template  = "/" | "/" Segments [ Verb ] ;
/// Segments  = Segment { "/" Segment } ;
/// Segment   = "*" | "**" | LITERAL | Variable ;
/// Variable  = "{" FieldPath [ "=" Segments ] "}" ;
/// FieldPath = IDENT { "." IDENT } ;
/// Verb      = ":" LITERAL ;
/// ```
///
/// | template | segments | variables | verb |
/// |---|---|---|---|
/// | `/v1/orders` | `v1` `orders` | | |
/// | `/v1/orders/{id}` | `v1` `orders` `*` | `id` = `*` | |
/// | `/v1/orders/{order.id}:cancel` | `v1` `orders` `*` | `order.id` = `*` | `cancel` |
/// | `/v1/{name=shelves/*/books/*}` | `v1` `shelves` `*` `books` `*` | `name` = the last four | |
/// | `/v1/{path=files/**}:read` | `v1` `files` `**` | `path` = the last two | `read` |
/// | `/v1/{parent=docs/**}/{id}` | `v1` `docs` `**` `*` | `parent` = `docs` `**`, `id` = `*` | |
/// | `/v1/a:b/c` | `v1` `a:b` `c` | | |
///
/// `*` stands for one segment that is not empty, `**` for any number of them, none included. `**` occurs once, as the
/// last segment or, as public APIs have it, as the last of a variable.
/// A colon makes a verb only in the last segment: the first one behind a wildcard or a variable, the last one of a literal.
///
/// ```
/// use rust_svc::path::{Segment, Template};
///
/// let template = Template::parse("/v1/orders/{order_id}:cancel").expect("valid");
/// assert_eq!(template.segments()[2], Segment::Single);
/// assert_eq!(template.variables()[0].field_path(), ["order_id"]);
/// assert_eq!(template.verb(), Some("cancel"));
///
/// let error = Template::parse("/v1/{order_id").expect_err("not valid");
/// assert_eq!(error.offset(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    text: String,
    segments: Vec<Segment>,
    variables: Vec<Variable>,
    verb: Option<String>,
}

/// What stands between two slashes of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// This text, percent-decoded.
    Literal(String),
    /// `*`: one segment that is not empty.
    Single,
    /// `**`: any number of segments, none included.
    Many,
}

/// A field that takes its value from the path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    field_path: Vec<String>,
    segments: Range<usize>,
    multi_segment: bool,
}

/// Why a text is no [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TemplateError {
    offset: usize,
    message: String,
}

impl Template {
    /// Parses a template. Fails at the first place where the text leaves the grammar.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::template(text)
    }

    /// The segments, those inside of variables included.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The variables, in the order in which they occur.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The verb, without its colon and percent-decoded.
    pub fn verb(&self) -> Option<&str> {
        self.verb.as_deref()
    }

    /// What the template matches, whatever its variables are called, such as `/v1/*/items/**:verb`: two templates with
    /// one shape match the same paths.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            segment.print(&mut shape);
        }
        if shape.is_empty() {
            shape.push('/');
        }
        if let Some(verb) = &self.verb {
            shape.push(':');
            encode(verb, &mut shape);
        }
        shape
    }

    /// Which of `count` segments of a path that it matches are the value of one of its variables.
    pub fn matched(&self, variable: &Variable, count: usize) -> Range<usize> {
        let many = self.segments.iter().position(|segment| *segment == Segment::Many).unwrap_or(self.segments.len());
        // What stands behind `**` is counted from the end.
        let place =
            |index: usize| if index <= many { index } else { (index + count).saturating_sub(self.segments.len()) };
        place(variable.segments.start)..place(variable.segments.end)
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Segment {
    fn print(&self, out: &mut String) {
        match self {
            Self::Literal(text) => encode(text, out),
            Self::Single => out.push('*'),
            Self::Many => out.push_str("**"),
        }
    }
}

impl Variable {
    /// The field, by its names in the `.proto` from the request message down; at least one name.
    pub fn field_path(&self) -> &[String] {
        &self.field_path
    }

    /// Which of [`Template::segments`] make up its value.
    pub fn segments(&self) -> Range<usize> {
        self.segments.clone()
    }

    /// True if its value may hold slashes: it spans more than one segment, or `**`.
    pub fn is_multi_segment(&self) -> bool {
        self.multi_segment
    }
}

/// The field path as it is written in a template, such as `order.id`.
impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field_path.join("."))
    }
}

impl TemplateError {
    /// Where in the template, in bytes from its start; its length where more text was expected.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong there, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {} of the path template)", self.message, self.offset)
    }
}

impl std::error::Error for TemplateError {}

/// Percent-encodes what would read as a separator or a wildcard, so that shapes are equal only where paths are.
fn encode(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '%' | '*' | '/' | '{' | '}' | '?' | '#' | ' ' => out.push_str(&format!("%{:02X}", u32::from(character))),
            _ => out.push(character),
        }
    }
}
