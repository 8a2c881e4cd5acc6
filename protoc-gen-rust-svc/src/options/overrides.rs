//! Options that replace default types.

use std::collections::{BTreeMap, BTreeSet};

use super::value::unknown;
use crate::model::{CustomType, Times};

/// The choices of types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Whether maps are `HashMap`, not `BTreeMap`.
    pub hash_maps: Scoped<bool>,
    /// Whether bytes are `Bytes`, not `Vec<u8>`, in prost messages too.
    pub shared_bytes: Scoped<bool>,
    /// The type of `google.protobuf.Timestamp`.
    pub timestamps: Scoped<Times>,
    /// The type of `google.protobuf.Duration`.
    pub durations: Scoped<Times>,
    /// Custom types for messages, by the full names of the messages.
    pub domain_types: BTreeMap<String, CustomType>,
    /// The full names of messages that plain types hold as prost messages.
    pub passthrough: BTreeSet<String>,
}

/// A default, and values for packages, messages and services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoped<T> {
    everywhere: T,
    /// The values by full name, longest first.
    within: Vec<(String, T)>,
}

const MAPS: &[(&str, bool)] = &[("btree", false), ("hash", true)];
const BYTES: &[(&str, bool)] = &[("vec", false), ("bytes", true)];
const TIMES: &[(&str, Times)] =
    &[("runtime", Times::Runtime), ("chrono", Times::Chrono), ("jiff", Times::Jiff), ("time", Times::Time)];

impl Overrides {
    /// The names of the options.
    pub(super) const NAMES: [&str; 6] = ["map", "bytes", "timestamp", "duration", "domain_type", "passthrough"];

    /// Sets one of the options. Fails with a description of the problem and a fix.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), (String, String)> {
        match name {
            "map" => self.hash_maps.set(name, value, MAPS),
            "bytes" => self.shared_bytes.set(name, value, BYTES),
            "timestamp" => self.timestamps.set(name, value, TIMES),
            "duration" => self.durations.set(name, value, TIMES),
            "domain_type" => self.add_domain_type(value),
            _ => self.add_passthrough(value),
        }
    }

    fn add_domain_type(&mut self, value: &str) -> Result<(), (String, String)> {
        let malformed = || {
            let help = "write `domain_type=.acme.v1.Money=crate::money::Money`, and append `+Eq+Hash+Default` for the traits it implements";
            (format!("invalid option `domain_type={value}`"), help.to_owned())
        };
        let (message, own_type) = value.split_once('=').ok_or_else(malformed)?;
        let message = message.strip_prefix('.').ok_or_else(malformed)?;
        let mut parts = own_type.split('+').map(str::trim);
        let path = parts.next().filter(|path| is_anywhere(path)).ok_or_else(malformed)?;
        let traits: Vec<_> = parts.collect();
        const TRAITS: &[&str] = &["Eq", "Hash", "Default"];
        if let Some(other) = traits.iter().find(|name| !TRAITS.contains(name)) {
            return Err(unknown("domain_type", other, TRAITS));
        }
        let is = |name| traits.contains(&name);
        let own_type =
            CustomType { path: path.to_owned(), is_eq: is("Eq"), is_hash: is("Hash"), has_default: is("Default") };
        self.domain_types.insert(message.to_owned(), own_type);
        Ok(())
    }

    fn add_passthrough(&mut self, value: &str) -> Result<(), (String, String)> {
        let help = || "write the full name of a message, as in `passthrough=.acme.v1.Blob`".to_owned();
        let named = value.strip_prefix('.').filter(|name| !name.is_empty());
        let name = named.ok_or_else(|| (format!("invalid option `passthrough={value}`"), help()))?;
        self.passthrough.insert(name.to_owned());
        Ok(())
    }

    /// The packages, messages and services that options name, each with its option.
    pub fn scopes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let maps = self.hash_maps.scopes().map(|scope| ("map", scope));
        let bytes = self.shared_bytes.scopes().map(|scope| ("bytes", scope));
        let timestamps = self.timestamps.scopes().map(|scope| ("timestamp", scope));
        let durations = self.durations.scopes().map(|scope| ("duration", scope));
        maps.chain(bytes).chain(timestamps).chain(durations)
    }
}

impl<T: Copy> Scoped<T> {
    /// The choice for the element with this full name. The longest scope around it wins.
    pub fn of(&self, full_name: &str) -> T {
        let covers =
            |scope: &str| full_name.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let within = self.within.iter().find(|(scope, _)| covers(scope));
        within.map_or(self.everywhere, |(_, choice)| *choice)
    }

    /// All choices.
    pub fn all(&self) -> impl Iterator<Item = T> {
        [self.everywhere].into_iter().chain(self.within.iter().map(|(_, choice)| *choice))
    }

    fn scopes(&self) -> impl Iterator<Item = &str> {
        self.within.iter().map(|(scope, _)| scope.as_str())
    }

    /// Reads `choice`, or `.full.name=choice`.
    fn set(&mut self, option: &str, value: &str, choices: &[(&'static str, T)]) -> Result<(), (String, String)> {
        let (scope, choice) = match value.split_once('=') {
            Some((scope, choice)) => (Some(scope), choice),
            None => (None, value),
        };
        let find = |choice: &str| choices.iter().find(|(name, _)| *name == choice).map(|(_, choice)| *choice);
        let choice = find(choice).ok_or_else(|| unknown(option, choice, &names(choices)))?;
        match scope.map(|scope| scope.strip_prefix('.').ok_or(scope)) {
            None => self.everywhere = choice,
            Some(Ok(scope)) => self.within.push((scope.to_owned(), choice)),
            Some(Err(scope)) => return Err(no_scope(option, scope, choices)),
        }
        self.within.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Ok(())
    }
}

/// Whether a path is valid in every module of a crate.
fn is_anywhere(path: &str) -> bool {
    let parsed = syn::parse_str::<syn::TypePath>(path).ok().filter(|parsed| parsed.qself.is_none());
    parsed.is_some_and(|parsed| {
        let first = parsed.path.segments.first();
        parsed.path.leading_colon.is_some() || first.is_some_and(|first| first.ident == "crate")
    })
}

fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

fn no_scope<T>(option: &str, scope: &str, choices: &[(&str, T)]) -> (String, String) {
    let choice = choices.last().map_or("", |(name, _)| name);
    let help = format!("write `{option}={choice}`, or `{option}=.acme.v1={choice}` for a package or message");
    (format!("name without a leading dot in `{option}={scope}=...`"), help)
}
