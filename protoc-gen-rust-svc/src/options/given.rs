//! The options that a run was given, and where.

use super::value::split;
use crate::diagnostics::{Position, Problem};

/// An option, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenOption {
    /// The text before the first `=`, or a word that continues the list of the option before it.
    pub(super) name: String,
    /// The text after it, if there is a `=`.
    pub(super) value: Option<String>,
    /// Its place in an options file; unknown if it is an argument.
    pub(super) position: Position,
}

/// Options in their order: of two for the same thing, the last one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenOptions {
    pub(super) list: Vec<GivenOption>,
    /// The errors in the structure of an options file.
    pub(super) problems: Vec<Problem>,
}

impl GivenOption {
    /// Creates an option of an options file.
    pub(super) fn in_file(name: &str, value: String, position: Position) -> Self {
        Self { name: name.to_owned(), value: Some(value), position }
    }

    fn argument(text: &str) -> Self {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.trim().to_owned())),
            None => (text, None),
        };
        Self { name: name.trim().to_owned(), value, position: Position::default() }
    }

    /// Returns what the option is for: its name, and the package or type that it is limited to.
    fn subject(&self) -> (&str, &str) {
        const LISTS: &[&str] = &[
            "allow",
            "warn",
            "deny",
            "passthrough",
            "client_only",
            "gateway_only",
            "service_config",
            "gapic_service_config",
            "http_rules",
        ];
        let value = self.value.as_deref().unwrap_or_default();
        match value.split_once('=') {
            _ if LISTS.contains(&self.name.as_str()) => (&self.name, value),
            Some((scope, _)) => (&self.name, scope),
            None => (&self.name, ""),
        }
    }
}

impl GivenOptions {
    /// Reads the parameter of a plugin: `name=value` options, separated by commas. `\,` is a comma within a value.
    pub fn from_parameter(parameter: &str) -> Self {
        let list = split(parameter).iter().map(|text| GivenOption::argument(text)).collect();
        Self { list, problems: Vec::new() }
    }

    /// Splits off the last `config=FILE`, which names the options file of a plugin.
    pub(super) fn split_config(mut self) -> (Option<String>, Self) {
        let last = self.list.iter().rev().find(|option| option.name == "config");
        let config = last.and_then(|option| option.value.clone());
        self.list.retain(|option| option.name != "config");
        (config, self)
    }

    /// Adds options that take precedence: they replace those for the same thing.
    pub fn overridden_by(mut self, later: Self) -> Self {
        let is_replaced = |option: &GivenOption| later.list.iter().any(|other| other.subject() == option.subject());
        self.list.retain(|option| !is_replaced(option));
        self.list.extend(later.list);
        self.problems.extend(later.problems);
        self
    }

    /// The errors in the structure of an options file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns each option as a name and a value, without its position.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|option| (option.name.as_str(), option.value.as_deref().unwrap_or_default()))
    }
}
