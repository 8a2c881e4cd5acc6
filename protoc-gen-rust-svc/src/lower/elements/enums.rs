//! Enums and their values.

use std::collections::HashMap;

use super::{
    at::{At, below},
    declared::Declared,
    features::Features,
};
use crate::{
    docs::Docs,
    lower::{lowering::Lowering, names::full_name},
    model::{Enum, EnumValue, Reserved},
    names::{Ident, Scope, is_nameless},
    read::descriptor::EnumDescriptor,
};

/// The number of `value` in `EnumDescriptorProto`.
const ENUM_VALUE: i32 = 2;

impl Lowering<'_> {
    pub(super) fn enumeration(&mut self, found: &mut Declared, descriptor: &EnumDescriptor, at: &At<'_>) {
        let name = full_name(at.outer, &descriptor.name);
        let options = descriptor.options.clone().unwrap_or_default();
        let Features { is_closed, has_loose_json, .. } = at.features.with(options.features.as_ref());
        let prefix = Ident::camel(&descriptor.name);
        let zero = descriptor.value.iter().find(|value| value.number == 0);
        let has_unspecified =
            !is_closed && zero.is_some_and(|value| variant(&prefix, &value.name).plain() == "Unspecified");
        let rust = self.types.name(&name).clone();
        let wire_prefix = rust.wire[rust.wire.len() - 1].clone();
        let (mut scope, mut wire_scope) = (Scope::with(&["Unrecognized"]), Scope::default());
        let (mut values, mut numbers): (Vec<EnumValue>, HashMap<i32, Ident>) = Default::default();
        for (index, value) in descriptor.value.iter().enumerate() {
            let alias_of = numbers.get(&value.number).cloned();
            let wire_ident = wire_variant(&wire_prefix, &value.name);
            let wire_ident = if alias_of.is_some() { wire_ident } else { wire_scope.take(wire_ident) };
            let path = below(&at.path, ENUM_VALUE, index);
            let options = value.options.clone().unwrap_or_default();
            let ident = scope.take(variant(&prefix, &value.name));
            numbers.entry(value.number).or_insert_with(|| ident.clone());
            values.push(EnumValue {
                name: value.name.clone(),
                number: value.number,
                ident,
                wire_name: wire_name(&wire_prefix, &value.name, &wire_ident),
                wire_ident,
                alias_of,
                docs: Docs::new(&at.source.comment(&path), || format!("The value `{}`.", value.name)),
                deprecated: options.deprecated,
                is_hidden: self.is_hidden(options.visibility.as_ref()),
                position: at.source.position(&path),
            });
        }
        name_constants(&mut values);
        let item = Enum {
            rust,
            docs: Docs::new(&at.source.comment(&at.path), || format!("The enum `{name}`.")),
            deprecated: options.deprecated,
            is_hidden: self.is_hidden(options.visibility.as_ref()),
            values,
            has_unspecified,
            is_closed,
            has_loose_json,
            reserved: Reserved {
                numbers: descriptor.reserved_range.iter().map(|range| range.start..=range.end).collect(),
                names: descriptor.reserved_name.clone(),
            },
            position: at.source.position(&at.path),
            name: name.clone(),
        };
        found.enums.insert(name, item);
    }
}

/// Gives each alias the name of a constant.
fn name_constants(values: &mut [EnumValue]) {
    let mut scope = Scope::default();
    for value in values.iter().filter(|value| value.alias_of.is_none()) {
        scope.take(value.ident.clone());
    }
    for alias in values.iter_mut().filter(|value| value.alias_of.is_some()) {
        alias.ident = scope.take(Ident::shouting(alias.ident.plain()));
    }
}

/// The variant of a value, without the name of the enum as a prefix.
fn variant(prefix: &Ident, value: &str) -> Ident {
    let full = Ident::camel(value);
    full.strip_prefix(prefix).map_or(full, |rest| Ident::camel(rest.plain()))
}

/// The variant of prost-build, which keeps words of one letter apart, as in `XL`.
fn wire_variant(prefix: &Ident, value: &str) -> Ident {
    let full = Ident::camel(value);
    full.strip_prefix(prefix).unwrap_or(full)
}

/// The name from which prost-build makes the variant.
fn wire_name(prefix: &Ident, name: &str, wire_ident: &Ident) -> String {
    let is_renamed = is_nameless(name) || *wire_ident != wire_variant(prefix, name);
    if is_renamed { format!("{}_{}", prefix.split_words(), wire_ident.split_words()) } else { name.to_owned() }
}
