//! Between the plain types and the messages that travel.

mod values;

use self::values::{Reading, entries, present, read_message, read_plain, send_each};
use super::{Unprintable, checks, text};
use crate::{
    model::{Cardinality, Enum, Field, Form, Masked, Member, Message, Model, Oneof, Origin, Package, TypeName, Value},
    names::Ident,
    options::{Options, Types},
};

/// The conversions of a package.
pub(super) fn impls(model: &Model, package: &Package, options: &Options) -> Result<String, Unprintable> {
    let is_apart = options.domain_path.is_some();
    let (bridge, place) = if is_apart { ("svc::Message<Place>", PLACE) } else { ("svc::Message", "") };
    let print = Print { model, package, bridge, checks_rules: options.checks_rules };
    let origin = Origin::Local(package.module.clone());
    let messages = print.in_order(&package.messages).into_iter().filter(|message| message.rust.origin == origin);
    let impls = messages.map(|message| match (options.types, &message.form) {
        (Types::Domain, Form::Plain) => print.message(message),
        (Types::Domain, Form::Custom(_)) => print.own(message),
        (Types::Proto, _) | (_, Form::Wire) => print.itself(message),
    });
    let impls: String = impls.collect();
    let checks = checks::types(model, package);
    text::of(&format!("{place}{impls}{checks}"))
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
    /// The trait that is implemented.
    bridge: &'static str,
    /// Whether requests are checked by rules.
    checks_rules: bool,
}

/// How a field is read: what may fail comes first, so that all that is wrong is found.
struct Read {
    /// Statements before the value is put together; empty if nothing can fail.
    before: String,
    /// The value.
    value: String,
}

impl<'a> Print<'a> {
    /// Messages, each before those that stand in it.
    fn in_order(&self, names: &[String]) -> Vec<&'a Message> {
        let messages = names.iter().filter_map(|name| self.model.message(name));
        messages.flat_map(|message| std::iter::once(message).chain(self.in_order(&message.messages))).collect()
    }

    /// A message that the trait speaks as it travels.
    fn itself(&self, message: &Message) -> String {
        let (name, wire) = (&message.name, self.wire(&message.rust));
        let (check, key) = (self.check(message), key(message, true));
        format!(
            "impl svc::Message for {wire} {{
                const NAME: &'static str = {name:?};
                type Wire = Self;

                fn into_wire(self) -> Self {{
                    self
                }}

                fn read(wire: Self, _: &mut svc::Violations) -> Option<Self> {{
                    Some(wire)
                }}
                {check}
                {key}
            }}"
        )
    }

    /// That a type of the user's own does what a plain type would do.
    fn own(&self, message: &Message) -> String {
        let (name, own, wire) = (&message.name, self.domain(&message.rust), self.wire(&message.rust));
        format!("const _: () = svc::assert_wire_type::<{own}, {wire}, _>({name:?});")
    }

    fn message(&self, message: &Message) -> String {
        let (name, domain, wire) = (&message.name, self.domain(&message.rust), self.wire(&message.rust));
        let sent: String = message.members.iter().map(|member| self.send_member(member)).collect();
        let read: Vec<_> = message.members.iter().map(|member| self.read_member(member)).collect();
        let before: String = read.iter().map(|read| read.before.as_str()).collect();
        let before = mask(message) + &before;
        let values: String = read.iter().map(|read| read.value.as_str()).collect();
        let clears = message.members.iter().any(clears);
        let violations = if before.is_empty() && !clears { "_" } else { "violations" };
        let received = if message.members.is_empty() { "_" } else { "wire" };
        let bridge = self.bridge;
        let (check, clear, key) = (self.check(message), self.clear_input_only(message), key(message, false));
        format!(
            "impl {bridge} for {domain} {{
                const NAME: &'static str = {name:?};
                type Wire = {wire};

                fn into_wire(self) -> Self::Wire {{
                    {wire} {{ {sent} }}
                }}

                fn read({received}: Self::Wire, {violations}: &mut svc::Violations) -> Option<Self> {{
                    {before}
                    Some(Self {{ {values} }})
                }}
                {check}
                {clear}
                {key}
            }}"
        )
    }

    fn send_member(&self, member: &Member) -> String {
        match member {
            Member::Field(field) => {
                let (own, wire) = (&field.ident, &field.wire_ident);
                let value = self.send(field, format!("self.{own}"));
                format!("{wire}: {value},")
            }
            Member::Oneof(oneof) => self.send_oneof(oneof),
        }
    }

    fn send_oneof(&self, oneof: &Oneof) -> String {
        let (own, wire) = (&oneof.ident, &oneof.wire_ident);
        let (domain_type, wire_type) = (self.domain(&oneof.rust), self.wire(&oneof.rust));
        let arms = oneof.fields.iter().map(|field| {
            let (own, wire) = (&field.ident, &field.wire_ident);
            let value = self.send(field, "value".to_owned());
            format!("{domain_type}::{own}(value) => {wire_type}::{wire}({value}),")
        });
        let arms: String = arms.collect();
        format!("{wire}: self.{own}.map(|value| match value {{ {arms} }}),")
    }

    /// The value that travels.
    fn send(&self, field: &Field, value: String) -> String {
        match (&field.value, field.cardinality) {
            (Value::Scalar(_), Cardinality::Map(_)) => entries(field, value),
            (Value::WellKnown(known), Cardinality::Map(_)) if known.is_itself() => entries(field, value),
            (Value::Scalar(_), _) => present(field, value),
            (Value::WellKnown(known), _) if known.is_itself() => present(field, value),
            (Value::Enum(name), _) => self.send_enum(field, name, value),
            (Value::Message(_) | Value::WellKnown(_), cardinality) => {
                send_each(field, cardinality, value, "svc::Message::into_wire")
            }
        }
    }

    fn send_enum(&self, field: &Field, name: &str, value: String) -> String {
        let number = "svc::Enumeration::number";
        match field.cardinality {
            Cardinality::Implicit if !field.required && self.enumeration(name).has_unspecified => {
                format!("{value}.map_or(0, {number})")
            }
            cardinality => send_each(field, cardinality, value, number),
        }
    }

    fn read_member(&self, member: &Member) -> Read {
        match member {
            Member::Field(field) => {
                let (own, wire) = (&field.ident, &field.wire_ident);
                let received = format!("wire.{wire}");
                let received = if is_cleared(field) { format!("violations.output_only({received})") } else { received };
                match self.read(field, received) {
                    Reading::Sure(value) => Read { before: String::new(), value: format!("{own}: {value},") },
                    Reading::Fallible(value) => later(&field.ident, &value),
                }
            }
            Member::Oneof(oneof) => self.read_oneof(oneof),
        }
    }

    fn read_oneof(&self, oneof: &Oneof) -> Read {
        let (own, wire) = (&oneof.ident, &oneof.wire_ident);
        let (domain_type, wire_type) = (self.domain(&oneof.rust), self.wire(&oneof.rust));
        let mut is_fallible = false;
        let arms = oneof.fields.iter().map(|field| {
            let (own, wire) = (&field.ident, &field.wire_ident);
            let value = match self.read_choice(field) {
                Reading::Sure(value) => value,
                Reading::Fallible(value) => {
                    is_fallible = true;
                    value + "?"
                }
            };
            format!("{wire_type}::{wire}(value) => {domain_type}::{own}({value}),")
        });
        let arms: String = arms.collect();
        let name = &oneof.name;
        // A member may turn out to be none when it is read.
        let is_read_first = oneof.required() && oneof.fields.iter().any(|field| self.is_of_closed_enum(field));
        let demand = match oneof.required() && !is_read_first {
            true => format!("violations.demand({name:?}, &wire.{wire});"),
            false => String::new(),
        };
        let received = members(oneof, &wire_type, Field::is_cleared).map_or_else(
            || format!("wire.{wire}"),
            |pattern| format!("violations.output_only_members(wire.{wire}, |wire| matches!(wire, {pattern}))"),
        );
        if is_fallible {
            let function = if is_read_first { format!("required_oneof({name:?}, ") } else { "oneof(".to_owned() };
            let value = format!("violations.{function}{received}, |wire, violations| Some(match wire {{ {arms} }}))");
            let read = later(&oneof.ident, &value);
            return Read { before: demand + &read.before, ..read };
        }
        Read { before: demand, value: format!("{own}: {received}.map(|wire| match wire {{ {arms} }}),") }
    }

    /// How a member of a oneof is read. A number of a closed enum that nobody knows here is no member, to protobuf.
    fn read_choice(&self, field: &Field) -> Reading {
        match self.is_of_closed_enum(field) {
            true => Reading::Fallible("violations.known(value)".to_owned()),
            false => self.read(field, "value".to_owned()),
        }
    }

    fn is_of_closed_enum(&self, field: &Field) -> bool {
        matches!(&field.value, Value::Enum(name) if self.enumeration(name).is_closed)
    }

    /// The function that checks a request by its rules.
    fn check(&self, message: &Message) -> String {
        if !(self.checks_rules && message.has_rules) {
            return String::new();
        }
        let rules = checks::rules(self.model, self.package);
        format!(
            "fn check(wire: &Self::Wire, violations: &mut svc::Violations) {{
                {rules}.check(Self::NAME, wire, violations);
            }}"
        )
    }

    /// The function that clears what only a request may hold.
    fn clear_input_only(&self, message: &Message) -> String {
        if !message.has_input_only {
            return String::new();
        }
        let lines = message.members.iter().map(|member| match member {
            Member::Field(field) => self.clear_field(field),
            Member::Oneof(oneof) => self.clear_oneof(oneof),
        });
        let lines: String = lines.collect();
        format!("fn clear_input_only(wire: &mut Self::Wire) {{ {lines} }}")
    }

    fn clear_field(&self, field: &Field) -> String {
        let wire = &field.wire_ident;
        if field.behavior.input_only {
            return format!("svc::clear(&mut wire.{wire});");
        }
        let Some(inner) = self.clearing(field) else { return String::new() };
        let each = if field.boxed { format!("|value| {inner}(value)") } else { inner.clone() };
        match field.cardinality {
            Cardinality::Map(_) => format!("wire.{wire}.values_mut().for_each({inner});"),
            Cardinality::Required => format!("{inner}(&mut wire.{wire});"),
            Cardinality::Implicit | Cardinality::Optional | Cardinality::Repeated => {
                format!("wire.{wire}.iter_mut().for_each({each});")
            }
        }
    }

    fn clear_oneof(&self, oneof: &Oneof) -> String {
        let (wire, wire_type) = (&oneof.wire_ident, self.wire(&oneof.rust));
        let whole = members(oneof, &wire_type, |field| field.behavior.input_only);
        let whole = whole.map(|pattern| format!("wire.{wire}.take_if(|value| matches!(value, {pattern}));"));
        let inner = oneof.fields.iter().filter(|field| !field.behavior.input_only).filter_map(|field| {
            let (member, inner) = (&field.wire_ident, self.clearing(field)?);
            Some(format!("if let Some({wire_type}::{member}(value)) = &mut wire.{wire} {{ {inner}(value); }}"))
        });
        whole.into_iter().chain(inner).collect()
    }

    /// The function that clears what only a request may hold, of the message that a field holds.
    fn clearing(&self, field: &Field) -> Option<String> {
        let Value::Message(name) = &field.value else { return None };
        let message = self.model.message(name).filter(|message| message.has_input_only)?;
        let domain = self.domain(&message.rust);
        Some(format!("<{domain} as svc::Message<_>>::clear_input_only"))
    }

    fn read(&self, field: &Field, value: String) -> Reading {
        match &field.value {
            Value::Scalar(scalar) => read_plain(field, value, scalar.can_be_empty()),
            Value::WellKnown(known) if known.is_itself() => read_plain(field, value, false),
            Value::Enum(name) => self.read_enum(field, self.enumeration(name), value),
            Value::Message(_) | Value::WellKnown(_) => Reading::Fallible(read_message(field, value)),
        }
    }

    fn read_enum(&self, field: &Field, item: &Enum, value: String) -> Reading {
        let (name, domain) = (&field.name, self.domain(&item.rust));
        let from_number = "svc::Enumeration::from_number";
        let filled = if field.required { format!("violations.non_empty({name:?}, {value})") } else { value.clone() };
        let each = match (field.cardinality, item.is_closed) {
            (Cardinality::Map(_), true) => {
                format!("into_iter().filter_map(|(key, number)| Some((key, {from_number}(number)?))).collect()")
            }
            (Cardinality::Map(_), false) => {
                format!("into_iter().map(|(key, number)| (key, {domain}::from(number))).collect()")
            }
            (_, true) => format!("into_iter().filter_map({from_number}).collect()"),
            (_, false) => format!("into_iter().map({domain}::from).collect()"),
        };
        match (field.cardinality, field.required) {
            (Cardinality::Repeated | Cardinality::Map(_), true) => {
                Reading::Fallible(format!("{filled}.map(|values| values.{each})"))
            }
            (Cardinality::Repeated | Cardinality::Map(_), false) => Reading::Sure(format!("{value}.{each}")),
            // Only presence tells a zero that says something from nothing.
            (Cardinality::Optional, true) if item.has_zero() => Reading::Fallible(format!(
                "violations.present({name:?}, {value}).and_then(|number| violations.specified({name:?}, number))"
            )),
            (Cardinality::Optional, true) => {
                Reading::Fallible(format!("violations.specified({name:?}, {value}.unwrap_or_default())"))
            }
            (Cardinality::Optional, false) if item.is_closed => {
                Reading::Sure(format!("{value}.and_then({from_number})"))
            }
            (Cardinality::Optional, false) => Reading::Sure(format!("{value}.map({domain}::from)")),
            (Cardinality::Required, _) if item.is_closed => {
                Reading::Fallible(format!("violations.specified({name:?}, {value})"))
            }
            (Cardinality::Implicit, true) if item.has_unspecified => {
                Reading::Fallible(format!("violations.specified({name:?}, {value})"))
            }
            (Cardinality::Implicit, false) if item.has_unspecified => Reading::Sure(format!("{from_number}({value})")),
            (Cardinality::Implicit | Cardinality::Required, _) => Reading::Sure(format!("{domain}::from({value})")),
        }
    }

    fn enumeration(&self, name: &str) -> &'a Enum {
        &self.model.enums[name]
    }

    fn domain(&self, rust: &TypeName) -> String {
        rust.domain_from(&self.package.module, 1)
    }

    fn wire(&self, rust: &TypeName) -> String {
        rust.wire_from(&self.package.module, 1)
    }
}

/// What lets conversions stand in another crate than their types.
const PLACE: &str = "\
/// The place of these conversions: their types lie in another crate, see [`svc::Message`].
#[derive(Clone, Copy, Debug)]
pub enum Place {}
";

/// Reads a value before the message is put together.
fn later(name: &Ident, value: &str) -> Read {
    // No field has a name that ends so.
    let end = if ["wire", "violations"].contains(&name.as_str()) { "_" } else { "" };
    Read { before: format!("let {name}{end} = {value};"), value: format!("{name}: {name}{end}?,") }
}

/// Whether a request that holds it is read as if it did not. What travels in any case is kept (proto2).
fn is_cleared(field: &Field) -> bool {
    field.is_cleared() && field.cardinality != Cardinality::Required
}

/// Whether a request that holds it may be read as if it did not.
fn clears(member: &Member) -> bool {
    match member {
        Member::Field(field) => is_cleared(field),
        Member::Oneof(oneof) => oneof.fields.iter().any(Field::is_cleared),
    }
}

/// A pattern for the members of a oneof of which something is true; `None` if it is true of none.
fn members(oneof: &Oneof, wire: &str, is_one: impl Fn(&Field) -> bool) -> Option<String> {
    let fields = oneof.fields.iter().filter(|field| is_one(field));
    let patterns: Vec<_> = fields.map(|field| format!("{wire}::{}(..)", field.wire_ident)).collect();
    (!patterns.is_empty()).then(|| patterns.join(" | "))
}

/// The line that says what of a resource is to be changed.
fn mask(message: &Message) -> String {
    let Some(Masked { resource, mask }) = &message.masked else { return String::new() };
    format!("violations.mask({resource:?}, &wire.{mask});")
}

/// The function that finds the idempotency key.
fn key(message: &Message, is_wire: bool) -> String {
    let is_key = |field: &&Field| Some(field.number) == message.idempotency_key;
    let Some(field) = message.fields().find(is_key) else { return String::new() };
    let ident = if is_wire { &field.wire_ident } else { &field.ident };
    let key = match field.cardinality {
        Cardinality::Optional if is_wire || !field.required => format!("self.{ident}.get_or_insert_default()"),
        _ => format!("&mut self.{ident}"),
    };
    format!("fn idempotency_key(&mut self) -> Option<&mut String> {{ Some({key}) }}")
}
