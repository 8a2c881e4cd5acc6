//! Every field of a message that is wrong, each with its path.

use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Display},
};

use crate::{Enumeration, Error, Message};

/// One field that is wrong, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The path of the field by its names in the `.proto`, such as `items[3].product_id`; empty for the whole message.
    pub field: String,
    /// What is wrong with it, for people. It never repeats the value.
    pub description: String,
    /// What is wrong with it, for programs, in `UPPER_SNAKE_CASE`: `REQUIRED`, or the id of a rule, such as
    /// `STRING_MIN_LEN`. Empty where there is no word for it.
    pub reason: String,
}

impl Violation {
    /// A field that is wrong, and why.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into(), reason: String::new() }
    }

    /// Adds what programs read.
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

/// Reads a message from its wire form and collects all that is wrong with it, not only the first.
///
/// Each method takes the name of a field and its wire value, and gives the value or, after noting a violation, `None`.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<Violation>,
    travel: Travel,
    mask: Option<Box<Mask>>,
    fault: Option<Error>,
    /// Whether the member of the oneof that is read is one that nobody knows.
    is_unknown: bool,
}

/// Which way a message came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Travel {
    /// Neither way: it was kept, or packed.
    #[default]
    Nowhere,
    Request,
    Response,
}

impl Violations {
    /// How many violations are kept; a request with more wrong fields than that needs no longer list.
    pub const LIMIT: usize = 100;

    /// Reads a request: what only a response may hold (`OUTPUT_ONLY`) is taken for absent.
    pub fn of_request() -> Self {
        Self { travel: Travel::Request, ..Self::default() }
    }

    /// Reads a response: what is required may be empty, because a caller gains nothing by losing the rest.
    pub fn of_response() -> Self {
        Self { travel: Travel::Response, ..Self::default() }
    }

    /// Notes what is wrong with the field `name` of the message that is read now.
    pub fn add(&mut self, name: &str, description: impl Into<String>) {
        let description = description.into();
        self.within(name, |this| this.reject::<()>(&description));
    }

    /// A message that must be there.
    pub fn required<T: Message<Place>, Place>(&mut self, name: &str, value: Option<T::Wire>) -> Option<T> {
        let Some(value) = value else { return self.missing(name) };
        self.within(name, |this| T::read(value, this))
    }

    /// A message that may be absent.
    pub fn optional<T: Message<Place>, Place>(&mut self, name: &str, value: Option<T::Wire>) -> Option<Option<T>> {
        let Some(value) = value else { return Some(None) };
        self.within(name, |this| T::read(value, this)).map(Some)
    }

    /// A list of messages.
    pub fn repeated<T: Message<Place>, Place>(&mut self, name: &str, values: Vec<T::Wire>) -> Option<Vec<T>> {
        let mut all = Some(Vec::with_capacity(values.len()));
        for (index, value) in values.into_iter().enumerate() {
            let value = self.within_entry(name, index, |this| T::read(value, this));
            all = all.zip(value).map(|(mut all, value)| {
                all.push(value);
                all
            });
        }
        all
    }

    /// A map with messages for values, of any type of map. Violations are noted in the order of the keys.
    pub fn map<K, T, M, Place>(&mut self, name: &str, values: HashMap<K, T::Wire>) -> Option<M>
    where
        K: Ord + Display,
        T: Message<Place>,
        M: FromIterator<(K, T)>,
    {
        let mut sorted: Vec<(K, T::Wire)> = values.into_iter().collect();
        sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
        let entries = sorted.into_iter().map(|(key, value)| {
            let value = self.within_entry(name, &key, |this| T::read(value, this));
            value.map(|value| (key, value))
        });
        let entries: Vec<Option<(K, T)>> = entries.collect();
        entries.into_iter().collect()
    }

    /// A scalar with presence that must be there.
    pub fn present<T: Default>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        match value {
            None if self.demands(name) => self.missing(name),
            value => Some(value.unwrap_or_default()),
        }
    }

    /// A text, a byte string, a list or a map that must not be empty.
    pub fn non_empty<T: Default + PartialEq>(&mut self, name: &str, value: T) -> Option<T> {
        if value == T::default() && self.demands(name) { self.missing(name) } else { Some(value) }
    }

    /// An enum that must not be unspecified.
    pub fn specified<E: Enumeration>(&mut self, name: &str, number: i32) -> Option<E> {
        E::from_number(number).or_else(|| self.missing(name))
    }

    /// A oneof, read by a function that is given the wire value.
    pub fn oneof<W, T>(&mut self, value: Option<W>, read: impl FnOnce(W, &mut Self) -> Option<T>) -> Option<Option<T>> {
        let Some(value) = value else { return Some(None) };
        let member = read(value, self).map(Some);
        if std::mem::take(&mut self.is_unknown) { Some(None) } else { member }
    }

    /// The same of a oneof that must have a member.
    pub fn required_oneof<W, T>(
        &mut self,
        name: &str,
        value: Option<W>,
        read: impl FnOnce(W, &mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        self.oneof(value, read).inspect(|member| self.demand(name, member))
    }

    /// The member of a oneof that is a number of a closed enum. With one that nobody knows here the oneof has no member, as
    /// protobuf reads it.
    pub fn known<E: Enumeration>(&mut self, number: i32) -> Option<E> {
        let value = E::from_number(number);
        self.is_unknown = value.is_none();
        value
    }

    /// A field that only a response may hold: absent in a request, whatever its caller sent (AIP-203).
    pub fn output_only<T: Default>(&self, value: T) -> T {
        if self.travel == Travel::Request { T::default() } else { value }
    }

    /// A oneof of which `is_output_only` tells the members that only a response may hold.
    pub fn output_only_members<T>(&self, value: Option<T>, is_output_only: impl FnOnce(&T) -> bool) -> Option<T> {
        value.filter(|value| self.travel != Travel::Request || !is_output_only(value))
    }

    /// The message that is read now changes its field `resource`, and of that what `paths` name: nothing else in it is
    /// required (AIP-134, AIP-203). Without paths it is what the resource holds; `*` is all of it.
    pub fn set_mask(&mut self, resource: &'static str, paths: &[String]) {
        let paths = || paths.iter().cloned().collect();
        self.mask.get_or_insert_with(|| Box::new(Mask { resource, paths: paths(), place: Vec::new() }));
    }

    /// A oneof of which a member must be there.
    pub fn demand<T>(&mut self, name: &str, value: &Option<T>) {
        if value.is_none() && self.demands(name) {
            self.missing::<()>(name);
        }
    }

    /// True while nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.fault.is_none()
    }

    /// Notes what is wrong, wherever it is, unless it is noted already.
    pub fn note(&mut self, violation: Violation) {
        let is_same = |noted: &Violation| noted.field == violation.field && noted.reason == violation.reason;
        let is_known = !violation.reason.is_empty() && self.found.iter().any(is_same);
        if self.found.len() < Self::LIMIT && !is_known {
            self.found.push(violation);
        }
    }

    /// Notes that nobody can tell whether something is wrong, which is no fault of the message.
    pub fn fail(&mut self, fault: Error) {
        self.fault.get_or_insert(fault);
    }

    /// What kept the message from being checked.
    pub(crate) fn fault(&mut self) -> Option<Error> {
        self.fault.take()
    }

    /// The violations, in the order of the fields.
    pub fn into_vec(self) -> Vec<Violation> {
        self.found
    }

    /// Notes what is wrong with the value that is read now, and gives `None`.
    pub fn reject<T>(&mut self, description: &str) -> Option<T> {
        self.note(Violation::new(self.path.clone(), description));
        None
    }

    fn missing<T>(&mut self, name: &str) -> Option<T> {
        self.within(name, |this| this.note(Violation::new(this.path.clone(), "is required").with_reason("REQUIRED")));
        None
    }

    /// Whether a required field may not be empty.
    fn demands(&self, name: &str) -> bool {
        self.travel != Travel::Response && self.mask.as_ref().is_none_or(|mask| mask.covers(name))
    }

    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at(name, format_args!("{name}"), read)
    }

    fn within_entry<T>(&mut self, name: &str, key: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at(name, format_args!("{name}[{key}]"), read)
    }

    fn at<T>(&mut self, name: &str, step: fmt::Arguments<'_>, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(&step.to_string());
        if let Some(mask) = &mut self.mask {
            mask.place.push(name.to_owned());
        }
        let value = read(self);
        self.path.truncate(outer);
        // A mask counts as far as the message that holds it.
        self.mask.take_if(|mask| mask.place.pop().is_none());
        value
    }
}

/// What a request changes of its resource.
#[derive(Debug)]
struct Mask {
    resource: &'static str,
    paths: HashSet<String>,
    /// The names of the fields on the way from the request to what is read now.
    place: Vec<String>,
}

impl Mask {
    /// Whether a field of what is read now is to be changed.
    fn covers(&self, name: &str) -> bool {
        match self.place.split_first() {
            Some((first, inner)) if first == self.resource => self.names(inner, name),
            _ => true,
        }
    }

    fn names(&self, inner: &[String], name: &str) -> bool {
        if self.paths.is_empty() {
            // What is there is to be changed, all of it; what is not there is not.
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
    use super::{Travel, Violations};

    /// What is asked for of `resource.title`, `resource.address.city` and `reason`.
    fn demanded(paths: &[&str]) -> [bool; 3] {
        let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let mut violations = Violations::of_request();
        violations.set_mask("resource", &paths);
        let title = violations.within("resource", |this| this.demands("title"));
        let city = violations.within("resource", |this| this.within("address", |this| this.demands("city")));
        [title, city, violations.demands("reason")]
    }

    #[test]
    fn what_a_mask_leaves_out_is_not_required() {
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
    fn a_mask_counts_within_its_message() {
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

    #[test]
    fn a_response_may_be_empty_and_a_request_sets_nothing_of_the_service() {
        let read = |mut violations: Violations| {
            let read = (violations.non_empty("text", ""), violations.present::<i32>("number", None));
            (read, violations.output_only(7), violations.output_only_members(Some(7), |value| *value == 7))
        };
        assert_eq!(read(Violations::default()), ((None, None), 7, Some(7)));
        assert_eq!(read(Violations::of_request()), ((None, None), 0, None));
        assert_eq!(read(Violations::of_response()), ((Some(""), Some(0)), 7, Some(7)));
        assert_eq!(Violations::of_request().travel, Travel::Request);
    }
}
