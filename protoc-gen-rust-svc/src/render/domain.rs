//! Plain types: what business code holds in its hands.

mod defaults;

use super::{Unprintable, format::names_runtime, text};
use crate::{
    model::{
        Cardinality, Enum, EnumValue, Field, Form, Member, Message, Model, Oneof, Package, Scalar, TypeName, Value,
        WellKnown,
    },
    names::Ident,
};

/// The types of a package.
pub(super) fn types(model: &Model, package: &Package) -> Result<String, Unprintable> {
    let print = Print { model, package };
    text::of(&print.all(&package.messages, &package.enums, &[]))
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
}

impl Print<'_> {
    /// Messages, enums, and the modules of what stands in a message; `place` is the module that they stand in.
    fn all(&self, messages: &[String], enums: &[String], place: &[Ident]) -> String {
        let messages: Vec<_> = messages.iter().filter_map(|name| self.model.message(name)).collect();
        let structs = messages.iter().map(|message| self.message(message, place));
        let enums = enums.iter().filter_map(|name| self.model.enumeration(name)).map(|item| self.enumeration(item));
        let modules = messages.iter().map(|message| self.nested(message, place));
        structs.chain(enums).chain(modules).collect()
    }

    fn nested(&self, message: &Message, place: &[Ident]) -> String {
        let inner: Vec<_> = place.iter().chain([&message.module]).cloned().collect();
        let types = self.all(&message.messages, &message.enums, &inner);
        let oneofs = message.oneofs().map(|oneof| match &message.form {
            Form::Plain => self.oneof(message, oneof, &inner),
            Form::Wire => self.reexport(&oneof.rust, &inner),
            Form::Custom(_) => String::new(),
        });
        let oneofs: String = oneofs.collect();
        if types.is_empty() && oneofs.is_empty() {
            return String::new();
        }
        let (link, module) = (message.rust.ident().link(), &message.module);
        let uses_runtime = names_runtime(&types) || names_runtime(&oneofs);
        let import = if uses_runtime { "use ::rust_svc as svc;" } else { "" };
        format!("/// What stands in {link}.\npub mod {module} {{ {import} {types} {oneofs} }}")
    }

    fn message(&self, message: &Message, place: &[Ident]) -> String {
        match &message.form {
            Form::Plain => self.plain(message, place),
            Form::Wire => self.reexport(&message.rust, place),
            Form::Custom(own_type) => {
                let (docs, deprecated) = (&message.docs, deprecated(message.deprecated));
                let (name, path) = (message.rust.ident(), &own_type.path);
                format!("{docs}\n{deprecated} pub type {name} = {path};")
            }
        }
    }

    /// What travels, under the name that a plain type would have.
    fn reexport(&self, rust: &TypeName, place: &[Ident]) -> String {
        let (wire, name) = (rust.wire_from(&self.package.module, place.len() + 1), rust.ident());
        let is_renamed = rust.wire.last() != Some(name);
        if is_renamed { format!("pub use {wire} as {name};") } else { format!("pub use {wire};") }
    }

    fn plain(&self, message: &Message, place: &[Ident]) -> String {
        let (docs, deprecated, name) = (&message.docs, deprecated(message.deprecated), message.rust.ident());
        let redacts = message.fields().any(|field| field.redacted);
        let derives = derives(!redacts, message, message.has_default);
        let debug = if redacts { debug(message) } else { String::new() };
        let members: String = message.members.iter().map(|member| self.member(member, place)).collect();
        let defaults = self.defaults(message, place);
        format!("{docs}\n{deprecated} {derives} pub struct {name} {{ {members} }} {debug} {defaults}")
    }

    fn member(&self, member: &Member, place: &[Ident]) -> String {
        match member {
            Member::Field(field) => {
                let (docs, deprecated) = (&field.docs, deprecated(field.deprecated));
                let (name, holds) = (&field.ident, self.holds(field, place));
                format!("{docs}\n{deprecated} pub {name}: {holds},")
            }
            Member::Oneof(oneof) => {
                let (docs, name) = (&oneof.docs, &oneof.ident);
                let (option, holds) = (self.prelude("Option"), self.name(&oneof.rust, place));
                format!("{docs}\npub {name}: {option}<{holds}>,")
            }
        }
    }

    fn oneof(&self, message: &Message, oneof: &Oneof, place: &[Ident]) -> String {
        let (docs, name) = (&oneof.docs, oneof.rust.ident());
        let redacts = oneof.fields.iter().any(|field| field.redacted);
        let derives = derives(!redacts, message, false);
        let debug = if redacts { debug_oneof(oneof) } else { String::new() };
        let variants: String = oneof.fields.iter().map(|field| self.member_of_oneof(field, place)).collect();
        format!("{docs}\n{derives} pub enum {name} {{ {variants} }} {debug}")
    }

    fn member_of_oneof(&self, field: &Field, place: &[Ident]) -> String {
        let (docs, deprecated) = (&field.docs, deprecated(field.deprecated));
        let (variant, holds) = (&field.ident, self.boxed(field, self.value(&field.value, place)));
        format!("{docs}\n{deprecated} {variant}({holds}),")
    }

    /// The type of a field.
    fn holds(&self, field: &Field, place: &[Ident]) -> String {
        let value = self.boxed(field, self.value(&field.value, place));
        let option = || format!("{}<{value}>", self.prelude("Option"));
        match field.cardinality {
            Cardinality::Implicit if self.is_unspecified_option(field) => option(),
            Cardinality::Optional if !field.required => option(),
            Cardinality::Implicit | Cardinality::Optional | Cardinality::Required => value,
            Cardinality::Repeated => format!("{}<{value}>", self.prelude("Vec")),
            Cardinality::Map(key) => {
                let key = self.scalar(key);
                let map = if field.is_hash_map { "HashMap" } else { "BTreeMap" };
                format!("::std::collections::{map}<{key}, {value}>")
            }
        }
    }

    /// An enum whose zero says nothing is absent instead.
    fn is_unspecified_option(&self, field: &Field) -> bool {
        let Value::Enum(name) = &field.value else { return false };
        !field.required && self.model.enumeration(name).is_some_and(|item| item.has_unspecified)
    }

    fn boxed(&self, field: &Field, value: String) -> String {
        if field.boxed { format!("{}<{value}>", self.prelude("Box")) } else { value }
    }

    fn value(&self, value: &Value, place: &[Ident]) -> String {
        match value {
            Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => self.scalar(*scalar),
            Value::Enum(name) => {
                self.model.enumeration(name).map(|item| self.name(&item.rust, place)).unwrap_or_default()
            }
            Value::Message(name) => {
                self.model.message(name).map(|message| self.name(&message.rust, place)).unwrap_or_default()
            }
            Value::WellKnown(known) => known.rust(),
        }
    }

    fn scalar(&self, scalar: Scalar) -> String {
        match scalar {
            Scalar::String => self.prelude("String"),
            Scalar::Bytes => format!("{}<u8>", self.prelude("Vec")),
            other => other.rust().to_owned(),
        }
    }

    fn name(&self, rust: &TypeName, place: &[Ident]) -> String {
        rust.domain_within(&self.package.module, place)
    }

    fn prelude(&self, name: &'static str) -> String {
        self.package.prelude(name)
    }

    fn enumeration(&self, item: &Enum) -> String {
        let (docs, deprecated, name) = (&item.docs, deprecated(item.deprecated), item.rust.ident());
        let default = default_of(item);
        let derived = if default.is_some() { "Default," } else { "" };
        let variants: String = kept(item).map(|value| variant(value, default)).collect();
        let unrecognized = if item.is_closed { "" } else { UNRECOGNIZED };
        let (aliases, conversions) = (aliases(item), self.conversions(item));
        format!(
            "{docs}
            {deprecated}
            #[derive(Clone, Copy, Debug, {derived} PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum {name} {{ {variants} {unrecognized} }}
            {aliases}
            {conversions}"
        )
    }

    fn conversions(&self, item: &Enum) -> String {
        let (name, option) = (item.rust.ident(), self.prelude("Option"));
        let numbers: String = kept(item).map(|value| format!("Self::{} => {},", value.ident, value.number)).collect();
        let back: String = kept(item).map(|value| format!("{} => Self::{},", value.number, value.ident)).collect();
        let unspecified = if item.has_unspecified { "0 => return None," } else { "" };
        let (number_of_unknown, rest) = match item.is_closed {
            true => ("", "_ => return None,"),
            false => ("Self::Unrecognized(number) => number,", "number => Self::Unrecognized(number),"),
        };
        let lossless = if item.is_closed { String::new() } else { self.lossless(name) };
        format!(
            "impl svc::Enumeration for {name} {{
                fn from_number(number: i32) -> {option}<Self> {{
                    Some(match number {{ {unspecified} {back} {rest} }})
                }}

                fn number(self) -> i32 {{
                    match self {{ {numbers} {number_of_unknown} }}
                }}
            }}
            {lossless}"
        )
    }

    /// The conversion from numbers of an enum that keeps those without a name.
    fn lossless(&self, name: &Ident) -> String {
        let from = self.prelude("From");
        format!(
            "impl {from}<i32> for {name} {{
                fn from(number: i32) -> Self {{
                    svc::Enumeration::from_number(number).unwrap_or(Self::Unrecognized(number))
                }}
            }}"
        )
    }
}

/// The variant for numbers without a name.
const UNRECOGNIZED: &str = "/// A number that this contract has no name for.\nUnrecognized(i32),";

/// The values that have a variant.
fn kept(item: &Enum) -> impl Iterator<Item = &EnumValue> {
    item.values.iter().filter(|value| value.alias_of.is_none() && !(item.has_unspecified && value.number == 0))
}

/// The variant that stands for zero, if it means something.
fn default_of(item: &Enum) -> Option<&Ident> {
    let zero = item.values.iter().find(|value| value.number == 0 && value.alias_of.is_none());
    zero.filter(|_| !item.has_unspecified).map(|value| &value.ident)
}

fn variant(value: &EnumValue, default: Option<&Ident>) -> String {
    let (docs, deprecated, name) = (&value.docs, deprecated(value.deprecated), &value.ident);
    let default = if default == Some(name) { "#[default]" } else { "" };
    format!("{docs}\n{deprecated} {default} {name},")
}

/// Other names for values, as constants.
fn aliases(item: &Enum) -> String {
    let aliases = item.values.iter().filter_map(|value| {
        let target = value.alias_of.as_ref()?;
        let (docs, name) = (&value.docs, &value.ident);
        let is_kept = kept(item).any(|kept| kept.ident == *target);
        is_kept.then(|| format!("{docs}\npub const {name}: Self = Self::{target};"))
    });
    let aliases: String = aliases.collect();
    if aliases.is_empty() { aliases } else { format!("impl {} {{ {aliases} }}", item.rust.ident()) }
}

/// What a message derives, or a oneof of it.
fn derives(has_debug: bool, message: &Message, has_default: bool) -> String {
    let all = [
        (true, "Clone"),
        (has_debug, "Debug"),
        (has_default, "Default"),
        (true, "PartialEq"),
        (message.is_eq, "Eq"),
        (message.is_hash, "Hash"),
    ];
    let derived: Vec<_> = all.into_iter().filter_map(|(is_derived, name)| is_derived.then_some(name)).collect();
    format!("#[derive({})]", derived.join(", "))
}

/// `#[deprecated]`, or nothing.
fn deprecated(is_deprecated: bool) -> &'static str {
    if is_deprecated { "#[deprecated]" } else { "" }
}

/// `Debug` that does not show what must not be seen.
fn debug(message: &Message) -> String {
    let name = message.rust.ident();
    let fields = message.members.iter().map(|member| match member {
        Member::Field(field) if field.redacted => {
            format!(".field({:?}, &format_args!(\"[redacted]\"))", field.ident.plain())
        }
        Member::Field(Field { ident, .. }) | Member::Oneof(Oneof { ident, .. }) => {
            format!(".field({:?}, &self.{ident})", ident.plain())
        }
    });
    let fields: String = fields.collect();
    format!(
        "impl ::std::fmt::Debug for {name} {{
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
                f.debug_struct(\"{name}\"){fields}.finish()
            }}
        }}"
    )
}

fn debug_oneof(oneof: &Oneof) -> String {
    let name = oneof.rust.ident();
    let arms = oneof.fields.iter().map(|field| {
        let (variant, label) = (&field.ident, field.ident.plain());
        let (pattern, shown) =
            if field.redacted { ("..", "&format_args!(\"[redacted]\")") } else { ("value", "value") };
        format!("Self::{variant}({pattern}) => f.debug_tuple({label:?}).field({shown}).finish(),")
    });
    let arms: String = arms.collect();
    format!(
        "impl ::std::fmt::Debug for {name} {{
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
                match self {{ {arms} }}
            }}
        }}"
    )
}
