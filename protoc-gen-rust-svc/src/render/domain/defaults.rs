//! What a field holds while it is absent: a function for each field that declares a default.

use super::{Print, deprecated};
use crate::{
    model::{Cardinality, DefaultValue, Enum, Field, Member, Message, Value},
    names::{Ident, Scope},
};

impl Print<'_> {
    /// The functions for fields with a default, if there are any.
    pub(super) fn defaults(&self, message: &Message, place: &[Ident]) -> String {
        let mut names = Scope::default();
        let fields = message.members.iter().filter_map(|member| match member {
            Member::Field(field) if field.cardinality == Cardinality::Optional && !field.required => Some(field),
            Member::Field(_) | Member::Oneof(_) => None,
        });
        let functions = fields.filter_map(|field| self.or_default(field, &mut names, place));
        let functions: String = functions.collect();
        if functions.is_empty() { functions } else { format!("impl {} {{ {functions} }}", message.rust.ident()) }
    }

    fn or_default(&self, field: &Field, names: &mut Scope, place: &[Ident]) -> Option<String> {
        let (returns, value) = match (field.default.as_ref()?, &field.value) {
            (DefaultValue::Plain(value), Value::Scalar(scalar)) => (scalar.rust().to_owned(), value.clone()),
            (DefaultValue::Text(text), _) => ("&str".to_owned(), literal(text)),
            (DefaultValue::Bytes(bytes), _) => ("&[u8]".to_owned(), format!("b\"{}\"", bytes.escape_ascii())),
            (DefaultValue::Enum(value), Value::Enum(name)) => {
                let item = self.model.enumeration(name)?;
                let rust = self.name(&item.rust, place);
                let value = format!("{rust}::{}", variant(item, value)?);
                (rust, value)
            }
            _ => return None,
        };
        let is_borrowed = matches!(&field.default, Some(DefaultValue::Text(_) | DefaultValue::Bytes(_)));
        let as_deref = if is_borrowed { ".as_deref()" } else { "" };
        let name = names.take(Ident::snake(&format!("{}_or_default", field.ident.plain())));
        let (docs, deprecated, own) = (docs(field), deprecated(field.deprecated), &field.ident);
        Some(format!(
            "{docs}
            {deprecated}
            #[must_use]
            pub fn {name}(&self) -> {returns} {{
                self.{own}{as_deref}.unwrap_or({value})
            }}"
        ))
    }
}

/// The variant of a value, also of one that is another name of it. `None` for a zero that only says that nothing is said.
fn variant<'a>(item: &'a Enum, name: &str) -> Option<&'a Ident> {
    let value = item.values.iter().find(|value| value.name == name)?;
    let is_kept = !(item.has_unspecified && value.number == 0);
    is_kept.then(|| value.alias_of.as_ref().unwrap_or(&value.ident))
}

fn docs(field: &Field) -> String {
    let value = match &field.default {
        Some(DefaultValue::Plain(value) | DefaultValue::Enum(value)) => format!("`{value}`"),
        Some(DefaultValue::Text(text)) if is_tame(text) => format!("`{text:?}`"),
        _ => "its default".to_owned(),
    };
    format!("/// The field `{}`, or {value} while it is absent.", field.name)
}

/// Whether a text can stand in a line of docs.
fn is_tame(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|character| character.is_ascii_alphanumeric() || " -_./:".contains(character))
}

/// A text as a literal, in which a zero before a digit does not look like a number in octal.
fn literal(text: &str) -> String {
    let parts: Vec<_> = text.split('\0').map(|part| format!("{part:?}")).collect();
    let parts: Vec<_> = parts.iter().map(|part| &part[1..part.len() - 1]).collect();
    format!("\"{}\"", parts.join("\\x00"))
}
