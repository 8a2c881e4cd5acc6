//! Accessors that prost derives for fields. Their names must not collide.

use std::collections::BTreeSet;

use crate::{
    model::{Cardinality, Field, Value, WellKnown},
    names::{Ident, Scope},
};

/// The names of the accessors of a message.
#[derive(Default)]
pub(crate) struct Accessors(BTreeSet<String>);

impl Accessors {
    /// The name of a field in the prost message, with a numeric suffix if its accessors would collide.
    pub(crate) fn take(&mut self, field: &Field, scope: &mut Scope) -> Ident {
        let prefixes = prefixes(field);
        if self.add(prefixes, &field.ident) {
            return field.ident.clone();
        }
        let numbered = (2..).map(|number| field.ident.numbered(number));
        let free = numbered.filter(|ident| !scope.has(ident)).find(|ident| self.add(prefixes, ident));
        scope.take(free.unwrap_or_else(|| field.ident.clone()))
    }

    /// Adds the accessors of a field, unless they collide.
    fn add(&mut self, prefixes: &[&str], ident: &Ident) -> bool {
        let functions: Vec<_> = prefixes.iter().map(|prefix| format!("{prefix}{}", ident.plain())).collect();
        // For maps, prost adds the prefix before `r#`.
        let is_word = prefixes != BY_KEY || ident.plain() == ident.as_str();
        let is_free = is_word && functions.iter().all(|function| !self.0.contains(function));
        if is_free {
            self.0.extend(functions);
        }
        is_free
    }
}

const BY_KEY: &[&str] = &["get_", "insert_"];

/// The prefixes of the accessors of a field.
fn prefixes(field: &Field) -> &'static [&'static str] {
    let is_enum = matches!(field.value, Value::Enum(_) | Value::WellKnown(WellKnown::NullValue | WellKnown::Enum(_)));
    match field.cardinality {
        Cardinality::Map(_) if is_enum => BY_KEY,
        Cardinality::Repeated if is_enum => &["", "push_"],
        _ if is_enum => &["", "set_"],
        Cardinality::Optional if matches!(field.value, Value::Scalar(_)) => &[""],
        _ => &[],
    }
}
