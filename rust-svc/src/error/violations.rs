//! The violations of a message, each with the path of its field.

use std::{
    collections::HashSet,
    fmt::{self, Display},
};

use super::BoxError;

/// An invalid field of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The path of the field, by the names in the `.proto`, such as `items[3].product_id` or `prices["EUR"]`. Empty for the
    /// whole message.
    pub field: String,
    /// The reason for people. It never contains the value.
    pub description: String,
    /// The reason for programs, in `UPPER_SNAKE_CASE`: `REQUIRED`, or the id of a rule, such as `STRING_MIN_LEN`. Empty if it
    /// has no name.
    pub reason: String,
}

impl Violation {
    /// Creates a violation without a reason for programs.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into(), reason: String::new() }
    }

    /// Sets the reason for programs.
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.field.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}", self.field, self.description)
    }
}

/// Collects all violations of a message while it is converted from its wire form.
///
/// The methods that convert a field take its name and its wire value. They return the value or, after adding a violation,
/// `None`.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<Violation>,
    direction: Direction,
    mask: Option<Box<Mask>>,
    fault: Option<BoxError>,
    /// Whether the member of the current oneof is an unknown number of a closed enum.
    pub(crate) is_unknown_member: bool,
}

/// The direction in which a message was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Direction {
    /// It was stored or packed.
    #[default]
    Neither,
    Request,
    Response,
}

impl Violations {
    /// The most violations that are kept.
    pub const LIMIT: usize = 100;

    /// Collects the violations of a request. Its `OUTPUT_ONLY` fields are treated as absent.
    pub fn of_request() -> Self {
        Self { direction: Direction::Request, ..Self::default() }
    }

    /// Collects the violations of a response. Its required fields may be empty, because refusing the response helps no caller.
    pub fn of_response() -> Self {
        Self { direction: Direction::Response, ..Self::default() }
    }

    /// Adds a violation of the field `name` of the current message.
    pub fn add(&mut self, name: &str, description: impl Into<String>) {
        let description = description.into();
        self.within(name, |this| this.reject::<()>(&description));
    }

    /// Returns the value of an `OUTPUT_ONLY` field; the default in a request (AIP-203).
    pub fn output_only<T: Default>(&self, value: T) -> T {
        if self.direction == Direction::Request { T::default() } else { value }
    }

    /// Returns the value of a oneof; `None` in a request if the member is `OUTPUT_ONLY`.
    pub fn output_only_members<T>(&self, value: Option<T>, is_output_only: impl FnOnce(&T) -> bool) -> Option<T> {
        value.filter(|value| self.direction != Direction::Request || !is_output_only(value))
    }

    /// Limits required fields of the field `resource` to those in an update mask (AIP-134, AIP-203).
    ///
    /// An empty mask covers the fields that the resource holds; `*` covers all fields.
    pub fn set_mask(&mut self, resource: &'static str, paths: &[String]) {
        let paths = || paths.iter().cloned().collect();
        self.mask.get_or_insert_with(|| Box::new(Mask { resource, paths: paths(), path: Vec::new() }));
    }

    /// Adds a violation if a required oneof has no member.
    pub fn demand<T>(&mut self, name: &str, value: &Option<T>) {
        if value.is_none() && self.demands(name) {
            self.missing::<()>(name);
        }
    }

    /// Returns true if there is no violation.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.fault.is_none()
    }

    /// Adds a violation of any field, unless it was added before.
    pub fn push(&mut self, violation: Violation) {
        let is_same = |known: &Violation| known.field == violation.field && known.reason == violation.reason;
        let is_known = !violation.reason.is_empty() && self.found.iter().any(is_same);
        if self.found.len() < Self::LIMIT && !is_known {
            self.found.push(violation);
        }
    }

    /// Sets the fault that kept the message from being checked. It makes the call fail with `INTERNAL`.
    pub fn fail(&mut self, fault: impl Into<Box<dyn std::error::Error + Send + Sync>>) {
        self.fault.get_or_insert(fault.into());
    }

    /// Takes the fault that kept the message from being checked.
    pub(crate) fn take_fault(&mut self) -> Option<BoxError> {
        self.fault.take()
    }

    /// Returns the violations, in the order of the fields.
    pub fn into_vec(self) -> Vec<Violation> {
        self.found
    }

    /// Adds a violation of the current value, and returns `None`.
    pub fn reject<T>(&mut self, description: &str) -> Option<T> {
        self.push(Violation::new(self.path.clone(), description));
        None
    }

    /// Adds a violation of a required field, and returns `None`.
    pub(crate) fn missing<T>(&mut self, name: &str) -> Option<T> {
        self.within(name, |this| this.push(Violation::new(this.path.clone(), "is required").with_reason("REQUIRED")));
        None
    }

    /// Returns whether a required field must have a value.
    pub(crate) fn demands(&self, name: &str) -> bool {
        self.direction != Direction::Response && self.mask.as_ref().is_none_or(|mask| mask.covers(name))
    }

    /// Runs `read` for the field `name` of the current message.
    pub(crate) fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at(name, format_args!("{name}"), read)
    }

    /// Runs `read` for an entry of the field `name` of the current message.
    pub(crate) fn within_entry<T>(&mut self, name: &str, key: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at(name, format_args!("{name}[{key}]"), read)
    }

    fn at<T>(&mut self, name: &str, step: fmt::Arguments<'_>, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(&step.to_string());
        if let Some(mask) = &mut self.mask {
            mask.path.push(name.to_owned());
        }
        let value = read(self);
        self.path.truncate(outer);
        // A mask applies to the message that holds it.
        self.mask.take_if(|mask| mask.path.pop().is_none());
        value
    }
}

/// The update mask of a request.
#[derive(Debug)]
struct Mask {
    resource: &'static str,
    paths: HashSet<String>,
    /// The names of the fields from the request to the current value.
    path: Vec<String>,
}

impl Mask {
    /// Returns whether the request changes a field of the current message.
    fn covers(&self, name: &str) -> bool {
        match self.path.split_first() {
            Some((first, inner)) if first == self.resource => self.contains(inner, name),
            _ => true,
        }
    }

    fn contains(&self, inner: &[String], name: &str) -> bool {
        if self.paths.is_empty() {
            // Messages that are present are changed as a whole.
            return !inner.is_empty();
        }
        let field = inner.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
        let outer = field.match_indices('.').map(|(end, _)| &field[..end]);
        outer.chain([field.as_str(), "*"]).any(|path| self.paths.contains(path))
    }
}

impl Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.found.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::Violations;

    /// Returns whether `resource.title`, `resource.address.city` and `reason` are required.
    fn demanded(paths: &[&str]) -> [bool; 3] {
        let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let mut violations = Violations::of_request();
        violations.set_mask("resource", &paths);
        let title = violations.within("resource", |this| this.demands("title"));
        let city = violations.within("resource", |this| this.within("address", |this| this.demands("city")));
        [title, city, violations.demands("reason")]
    }

    #[test]
    fn fields_outside_the_mask_are_not_required() {
        let cases: &[(&[&str], [bool; 3])] = &[
            (&[], [false, true, true]),
            (&["*"], [true, true, true]),
            (&["title"], [true, false, true]),
            (&["titles", "address.cit"], [false, false, true]),
            (&["address"], [false, true, true]),
            (&["address.city"], [false, true, true]),
            (&["reason"], [false, false, true]),
        ];
        for (paths, expected) in cases {
            assert_eq!(demanded(paths), *expected, "{paths:?}");
        }
    }

    #[test]
    fn a_mask_applies_to_its_message_only() {
        let mut violations = Violations::of_request();
        violations.within_entry("requests", 0, |this| {
            this.set_mask("resource", &["other".to_owned()]);
            this.within_entry("resource", 3, |this| assert!(!this.demands("title")));
        });
        violations.within_entry("requests", 1, |this| {
            this.within("resource", |this| assert!(this.demands("title")));
        });
        assert!(violations.mask.is_none());
    }
}
