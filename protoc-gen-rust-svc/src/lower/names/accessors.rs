//! The functions that prost derives for the fields of a message: no two of a message can have one name.

use std::collections::BTreeSet;

use crate::{
    model::{Cardinality, Field, Value, WellKnown},
    names::{Ident, Scope},
};

/// The functions that fields of a message have.
#[derive(Default)]
pub(crate) struct Accessors(BTreeSet<String>);

impl Accessors {
    /// What a field is called in the message that travels: as in plain types, or with the first number whose functions
    /// are free.
    pub(crate) fn take(&mut self, field: &Field, scope: &mut Scope) -> Ident {
        let prefixes = prefixes(field);
        if self.add(prefixes, &field.ident) {
            return field.ident.clone();
        }
        let numbered = (2..).map(|number| field.ident.numbered(number));
        let free = numbered.filter(|ident| !scope.has(ident)).find(|ident| self.add(prefixes, ident));
        scope.take(free.unwrap_or_else(|| field.ident.clone()))
    }

    /// Adds the functions of a field, unless they cannot be.
    fn add(&mut self, prefixes: &[&str], ident: &Ident) -> bool {
        let functions: Vec<_> = prefixes.iter().map(|prefix| format!("{prefix}{}", ident.plain())).collect();
        // For maps, prost puts the prefix in front of `r#`.
        let is_word = prefixes != BY_KEY || ident.plain() == ident.as_str();
        let is_free = is_word && functions.iter().all(|function| !self.0.contains(function));
        if is_free {
            self.0.extend(functions);
        }
        is_free
    }
}

const BY_KEY: &[&str] = &["get_", "insert_"];

/// What the names of a field's functions begin with.
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
