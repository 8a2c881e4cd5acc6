//! Path templates.

use std::{fmt, ops::Range};

use super::percent::encode;

/// A parsed path template of `google.api.http`.
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
/// `*` matches one segment that is not empty, `**` any number of segments, including none. `**` may occur once, as the last
/// segment or, as in public APIs, as the last segment of a variable.
/// A colon starts a verb only in the last segment: the first colon after a wildcard or a variable, the last one of a literal.
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
    pub(super) text: String,
    pub(super) segments: Vec<Segment>,
    pub(super) variables: Vec<Variable>,
    pub(super) verb: Option<String>,
}

/// The part of a [`Template`] between two slashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// This text, percent-decoded.
    Literal(String),
    /// `*`: one segment that is not empty.
    Single,
    /// `**`: any number of segments, including none.
    Many,
}

/// A field whose value is in the path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    pub(super) field_path: Vec<String>,
    pub(super) segments: Range<usize>,
    pub(super) multi_segment: bool,
}

/// The error for a text that is not a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TemplateError {
    pub(super) offset: usize,
    pub(super) message: String,
}

impl Template {
    /// Returns the segments, including those of variables.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the variables, in order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Returns the verb, percent-decoded and without its colon.
    pub fn verb(&self) -> Option<&str> {
        self.verb.as_deref()
    }

    /// Returns the template without its variables, such as `/v1/*/items/**:verb`. Templates with equal shapes match the same
    /// paths.
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

    /// Returns the range of a variable in the `count` segments of a matching path.
    pub fn matched(&self, variable: &Variable, count: usize) -> Range<usize> {
        let many = self.segments.iter().position(|segment| *segment == Segment::Many).unwrap_or(self.segments.len());
        // Segments after `**` are counted from the end.
        let position =
            |index: usize| if index <= many { index } else { (index + count).saturating_sub(self.segments.len()) };
        position(variable.segments.start)..position(variable.segments.end)
    }

    /// Returns the text of the template.
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
    /// Returns the path of the field from the request message, at least one name.
    pub fn field_path(&self) -> &[String] {
        &self.field_path
    }

    /// Returns the range of the variable in [`Template::segments`].
    pub fn segments(&self) -> Range<usize> {
        self.segments.clone()
    }

    /// Returns true if its value may contain slashes: it has several segments, or `**`.
    pub fn is_multi_segment(&self) -> bool {
        self.multi_segment
    }
}

/// Displays the field path, such as `order.id`.
impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field_path.join("."))
    }
}

impl TemplateError {
    /// Returns the position in the template, in bytes. It is the length if more text is expected.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the message for people.
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
