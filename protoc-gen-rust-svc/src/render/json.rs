//! The JSON of the messages that travel: their names, and nothing that the runtime can do.

use super::{Unprintable, text};
use crate::model::{Cardinality, Enum, Field, Member, Message, Model, Oneof, Package, TypeName, Value, WellKnown};

/// The codecs of a package.
pub(super) fn impls(model: &Model, package: &Package) -> Result<String, Unprintable> {
    let print = Print { model, package };
    let messages = print.messages(&package.messages);
    let nested = messages.iter().flat_map(|message| &message.enums);
    let enums = package.enums.iter().chain(nested).filter_map(|name| model.enumeration(name));
    let enums: String = enums.map(|item| print.enumeration(item)).collect();
    let types: String = messages.iter().map(|message| print.type_of(message)).collect();
    let messages: String = messages.iter().map(|message| print.message(message)).collect();
    text::of(&format!(
        "/// The messages of this package, for those that pack them in a `google.protobuf.Any`.
        pub const TYPES: &[svc::json::PackedType] = &[{types}];
        {messages} {enums}"
    ))
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
}

impl<'a> Print<'a> {
    /// Messages, each before those that stand in it.
    fn messages(&self, names: &[String]) -> Vec<&'a Message> {
        let messages = names.iter().filter_map(|name| self.model.message(name));
        messages.flat_map(|message| std::iter::once(message).chain(self.messages(&message.messages))).collect()
    }

    fn wire(&self, rust: &TypeName) -> String {
        rust.wire_from(&self.package.module, 1)
    }

    fn type_of(&self, message: &Message) -> String {
        format!("svc::json::PackedType::of::<{}>(),", self.wire(&message.rust))
    }

    fn message(&self, message: &Message) -> String {
        let (wire, name) = (self.wire(&message.rust), &message.name);
        let written: String = message.members.iter().map(|member| self.write(member)).collect();
        let read: String = message.members.iter().map(|member| self.read(message, member)).collect();
        let read = match read.as_str() {
            "" => "field.unknown(name)".to_owned(),
            arms => format!("match name {{ {arms} _ => field.unknown(name), }}"),
        };
        let out = if written.is_empty() { "_" } else { "out" };
        format!(
            "impl svc::json::JsonMessage for {wire} {{
                const NAME: &'static str = {name:?};

                fn write(&self, {out}: &mut svc::json::Writer) {{
                    {written}
                }}

                fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {{
                    {read}
                }}
            }}"
        )
    }

    fn write(&self, member: &Member) -> String {
        match member {
            Member::Field(field) => {
                let value = format!("&self.{}", field.wire_ident);
                self.write_field(field, field.cardinality == Cardinality::Required, &value) + ";"
            }
            Member::Oneof(oneof) => self.write_oneof(oneof),
        }
    }

    fn write_oneof(&self, oneof: &Oneof) -> String {
        let (holder, wire) = (&oneof.wire_ident, self.wire(&oneof.rust));
        let arms = oneof.fields.iter().map(|field| {
            let write = self.write_field(field, true, "it");
            format!("Some({wire}::{}(it)) => {write},", field.wire_ident)
        });
        let arms: String = arms.collect();
        format!("match &self.{holder} {{ {arms} None => (), }}")
    }

    fn write_field(&self, field: &Field, is_member: bool, value: &str) -> String {
        let (name, json_name) = (&field.name, &field.json_name);
        if let Some(item) = self.enum_of(&field.value) {
            let function = if is_member { "enumeration_member" } else { "enumeration" };
            return format!("out.{function}::<{item}>({name:?}, {json_name:?}, {value})");
        }
        let function = match (&field.value, is_member) {
            (Value::WellKnown(WellKnown::NullValue), false) => "null",
            (Value::WellKnown(WellKnown::NullValue), true) => "null_member",
            (_, false) => "field",
            (_, true) => "member",
        };
        format!("out.{function}({name:?}, {json_name:?}, {value})")
    }

    fn read(&self, message: &Message, member: &Member) -> String {
        match member {
            Member::Field(field) => self.read_field(message, field),
            Member::Oneof(oneof) => oneof.fields.iter().map(|field| self.read_member(message, oneof, field)).collect(),
        }
    }

    fn read_field(&self, message: &Message, field: &Field) -> String {
        let (names, name, wire) = (names(message, field), &field.name, &field.wire_ident);
        let function = match (self.enum_of(&field.value), &field.value) {
            (Some(item), _) => format!("enumeration::<{item}>"),
            (None, Value::WellKnown(WellKnown::NullValue)) => "null".to_owned(),
            (None, _) => "read".to_owned(),
        };
        format!("{names} => field.{function}({name:?}, &mut self.{wire}),")
    }

    fn read_member(&self, message: &Message, oneof: &Oneof, field: &Field) -> String {
        let (names, name, variant) = (names(message, field), &field.name, &field.wire_ident);
        let (holder, wire) = (&oneof.wire_ident, self.wire(&oneof.rust));
        let function = match (self.enum_of(&field.value), &field.value) {
            (Some(item), _) => format!("enumeration_member::<{item}, _>"),
            (None, Value::WellKnown(WellKnown::NullValue)) => "null_member".to_owned(),
            (None, _) => "member".to_owned(),
        };
        format!("{names} => field.{function}({name:?}, &mut self.{holder}, {wire}::{variant}),")
    }

    /// The enum that gives the names of a value, if it is one of an enum.
    fn enum_of(&self, value: &Value) -> Option<String> {
        match value {
            Value::Enum(name) => self.model.enumeration(name).map(|item| self.wire(&item.rust)),
            Value::WellKnown(known) => known.enumeration(),
            _ => None,
        }
    }

    fn enumeration(&self, item: &Enum) -> String {
        let wire = self.wire(&item.rust);
        let values = item.values.iter().map(|value| format!("({:?}, {})", value.name, value.number));
        let values = values.collect::<Vec<_>>().join(", ");
        format!(
            "impl svc::json::JsonEnum for {wire} {{
                const VALUES: &'static [(&'static str, i32)] = &[{values}];
            }}"
        )
    }
}

/// The names that a field goes by, as a pattern. Where the name of one is the JSON name of another, it is the other.
fn names(message: &Message, field: &Field) -> String {
    let (name, json_name) = (&field.name, &field.json_name);
    let is_others = || message.fields().any(|other| other.number != field.number && other.json_name == *name);
    match name == json_name {
        true => format!("{name:?}"),
        false if is_others() => format!("{json_name:?}"),
        false => format!("{name:?} | {json_name:?}"),
    }
}
