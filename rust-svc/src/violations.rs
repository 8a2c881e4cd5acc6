//! Every field of a message that is wrong, each with its path.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::{self, Display},
};

use crate::{Enumeration, Message};

/// One field that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The path of the field by its names in the `.proto`, such as `items[3].product_id`.
    pub field: String,
    /// What is wrong with it, for people. It never repeats the value.
    pub description: String,
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.description)
    }
}

/// Reads a message from its wire form and collects all that is wrong with it, not only the first.
///
/// Each method takes the name of a field and its wire value, and gives the value or, after noting a violation, `None`.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<Violation>,
}

impl Violations {
    /// How many violations are kept; a request with more wrong fields than that needs no longer list.
    pub const LIMIT: usize = 100;

    /// Notes what is wrong with the field `name` of the message that is read now.
    pub fn add(&mut self, name: &str, description: impl Into<String>) {
        let description = description.into();
        self.within(name, |this| this.reject::<()>(&description));
    }

    /// A message that must be there.
    pub fn required<T: Message>(&mut self, name: &str, value: Option<T::Wire>) -> Option<T> {
        let Some(value) = value else { return self.missing(name) };
        self.within(name, |this| T::read(value, this))
    }

    /// A message that may be absent.
    pub fn optional<T: Message>(&mut self, name: &str, value: Option<T::Wire>) -> Option<Option<T>> {
        let Some(value) = value else { return Some(None) };
        self.within(name, |this| T::read(value, this)).map(Some)
    }

    /// A list of messages.
    pub fn repeated<T: Message>(&mut self, name: &str, values: Vec<T::Wire>) -> Option<Vec<T>> {
        let mut all = Some(Vec::with_capacity(values.len()));
        for (index, value) in values.into_iter().enumerate() {
            let value = self.within(format_args!("{name}[{index}]"), |this| T::read(value, this));
            all = all.zip(value).map(|(mut all, value)| {
                all.push(value);
                all
            });
        }
        all
    }

    /// A map with messages for values.
    pub fn map<K, T>(&mut self, name: &str, values: HashMap<K, T::Wire>) -> Option<BTreeMap<K, T>>
    where
        K: Ord + Display,
        T: Message,
    {
        let sorted: BTreeMap<K, T::Wire> = values.into_iter().collect();
        let mut all = Some(BTreeMap::new());
        for (key, value) in sorted {
            let value = self.within(format_args!("{name}[{key}]"), |this| T::read(value, this));
            all = all.zip(value).map(|(mut all, value)| {
                all.insert(key, value);
                all
            });
        }
        all
    }

    /// A scalar with presence that must be there.
    pub fn present<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        value.or_else(|| self.missing(name))
    }

    /// A text, a byte string, a list or a map that must not be empty.
    pub fn non_empty<T: Default + PartialEq>(&mut self, name: &str, value: T) -> Option<T> {
        if value == T::default() { self.missing(name) } else { Some(value) }
    }

    /// An enum that must not be unspecified.
    pub fn specified<E: Enumeration>(&mut self, name: &str, number: i32) -> Option<E> {
        E::from_number(number).or_else(|| self.missing(name))
    }

    /// A oneof, read by a function that is given the wire value.
    pub fn oneof<W, T>(&mut self, value: Option<W>, read: impl FnOnce(W, &mut Self) -> Option<T>) -> Option<Option<T>> {
        match value {
            Some(value) => read(value, self).map(Some),
            None => Some(None),
        }
    }

    /// True while nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The violations, in the order of the fields.
    pub fn into_vec(self) -> Vec<Violation> {
        self.found
    }

    /// Notes what is wrong with the value that is read now, and gives `None`.
    pub fn reject<T>(&mut self, description: &str) -> Option<T> {
        if self.found.len() < Self::LIMIT {
            self.found.push(Violation { field: self.path.clone(), description: description.to_owned() });
        }
        None
    }

    fn missing<T>(&mut self, name: &str) -> Option<T> {
        self.add(name, "is required");
        None
    }

    fn within<T>(&mut self, name: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(&name.to_string());
        let value = read(self);
        self.path.truncate(outer);
        value
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
