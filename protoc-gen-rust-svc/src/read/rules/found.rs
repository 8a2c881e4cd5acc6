//! Rules that need a check: expressions in CEL, and rules that the runtime does not support.

use prost::{Message, bytes::Bytes};

use super::{
    PredefinedRules,
    kinds::{self, Kind, MAP, REPEATED},
};
use crate::read::{
    descriptor::FieldDescriptor,
    raw::{Raw, split},
};

/// The smallest number of an extension of rules.
const EXTENSION: u32 = 1000;

/// The numbers in `FieldRules`; those of lists and maps lead to the rules of their values.
const CEL: u32 = 23;
const REQUIRED: u32 = 25;
const IGNORE: u32 = 27;
const CEL_EXPRESSION: u32 = 29;
const FIRST: u32 = 4;
const SECOND: u32 = 5;

/// The rules of an element.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FoundRules {
    /// The expressions in CEL.
    pub expressions: Vec<String>,
    /// Descriptions of rules that the runtime does not support.
    pub unsupported: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct MessageRules {
    #[prost(message, repeated, tag = "3")]
    cel: Vec<CelRule>,
    #[prost(string, repeated, tag = "5")]
    cel_expression: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct PredefinedCel {
    #[prost(message, repeated, tag = "1")]
    cel: Vec<CelRule>,
}

#[derive(Clone, PartialEq, Message)]
struct CelRule {
    #[prost(string, tag = "3")]
    expression: String,
}

#[derive(Clone, PartialEq, Message)]
struct OneofRules {
    #[prost(bool, tag = "1")]
    required: bool,
}

/// Whether the rules of a oneof require a member.
pub fn requires_member(rules: &[Bytes]) -> bool {
    decoded::<OneofRules>(rules).required
}

/// The rules of a message.
pub fn of_message(rules: &[Bytes]) -> FoundRules {
    let MessageRules { cel, cel_expression } = decoded(rules);
    let expressions = cel.into_iter().map(|rule| rule.expression).chain(cel_expression).collect();
    FoundRules { expressions, unsupported: Vec::new() }
}

/// The key and the value of a map.
type Entry<'a> = (&'a FieldDescriptor, &'a FieldDescriptor);

/// The rules of a field, of its items, its keys and its values. A map has an entry.
pub fn of_field(field: &FieldDescriptor, entry: Option<Entry<'_>>, predefined: &PredefinedRules) -> FoundRules {
    let mut found = FoundRules::default();
    let rules = field.options.as_ref().map_or(&[][..], |options| &options.rules).concat();
    RuleSearch { predefined, found: &mut found }.field(&rules, field, entry);
    found
}

/// The rules that an extension defines, and those of its values, which are not checked.
pub fn of_extension(extension: &FieldDescriptor) -> FoundRules {
    let options = extension.options.clone().unwrap_or_default();
    let PredefinedCel { cel } = decoded(&options.predefined);
    let ruled = (!options.rules.is_empty())
        .then(|| format!("rules of the extension `{}`, whose values are not kept", extension.name));
    FoundRules {
        expressions: cel.into_iter().map(|rule| rule.expression).collect(),
        unsupported: ruled.into_iter().collect(),
    }
}

/// Merges and decodes the parts of an option. Malformed rules are ignored.
fn decoded<T: Message + Default>(rules: &[Bytes]) -> T {
    T::decode(&*rules.concat()).unwrap_or_default()
}

struct RuleSearch<'a> {
    predefined: &'a PredefinedRules,
    found: &'a mut FoundRules,
}

impl RuleSearch<'_> {
    /// Adds the rules of a field.
    fn field(&mut self, rules: &[u8], field: &FieldDescriptor, entry: Option<Entry<'_>>) {
        for rule in split(rules).unwrap_or_default() {
            match (rule.number, entry) {
                (REPEATED, None) if kinds::is_repeated(field) => self.parts(&rule, &[(FIRST, field)]),
                (MAP, Some((key, value))) => self.parts(&rule, &[(FIRST, key), (SECOND, value)]),
                (CEL | CEL_EXPRESSION | REQUIRED | IGNORE, _) => self.common(&rule),
                _ if kinds::is_repeated(field) => self.mismatch(&rule, if entry.is_some() { "map" } else { "list" }),
                _ => self.value(&rule, field),
            }
        }
    }

    /// Adds the rules of an item, a key or a value.
    fn item(&mut self, rules: &[u8], field: &FieldDescriptor) {
        for rule in split(rules).unwrap_or_default() {
            match rule.number {
                CEL | CEL_EXPRESSION | REQUIRED | IGNORE => self.common(&rule),
                _ => self.value(&rule, field),
            }
        }
    }

    /// Adds the rules of a list or a map; `fields` has the fields that further rules are for.
    fn parts(&mut self, rules: &Raw<'_>, fields: &[(u32, &FieldDescriptor)]) {
        let Some(kind) = kinds::find(rules.number) else { return };
        for rule in split(&rules.bytes).unwrap_or_default() {
            match fields.iter().find(|(number, _)| *number == rule.number) {
                Some((_, field)) => self.item(&rule.bytes, field),
                None => self.known(kind, rule.number),
            }
        }
    }

    /// Adds the rules that all types have.
    fn common(&mut self, rule: &Raw<'_>) {
        match rule.number {
            CEL => self.found.expressions.extend(CelRule::decode(&*rule.bytes).ok().map(|rule| rule.expression)),
            CEL_EXPRESSION => self.found.expressions.push(String::from_utf8_lossy(&rule.bytes).into_owned()),
            _ => (),
        }
    }

    /// Adds the rules of a type.
    fn value(&mut self, rules: &Raw<'_>, field: &FieldDescriptor) {
        match kinds::find(rules.number) {
            Some(kind) if kind.applies_to(field) => {
                split(&rules.bytes).unwrap_or_default().iter().for_each(|rule| self.known(kind, rule.number));
            }
            _ => self.mismatch(rules, &kinds::type_text(field)),
        }
    }

    fn mismatch(&mut self, rules: &Raw<'_>, actual: &str) {
        let text = match kinds::find(rules.number) {
            Some(kind) => format!("`{}` rules of a field of type `{actual}`", kind.name),
            None => format!("rule with the unknown number {}", rules.number),
        };
        self.found.unsupported.push(text);
    }

    /// Reports a rule that the runtime does not know.
    fn known(&mut self, kind: &Kind, number: u32) {
        let problem = match number {
            EXTENSION.. if self.predefined.contains(kind.message, number) => return,
            EXTENSION.. => "an extension without `(buf.validate.predefined)`",
            _ if number <= kind.largest => return,
            _ => "which the runtime does not know",
        };
        self.found.unsupported.push(format!("rule number {number} of `{}`, {problem}", kind.name));
    }
}

#[cfg(test)]
mod tests {
    use super::FoundRules;
    use super::PredefinedRules;
    use super::of_field;
    use crate::read::descriptor::{FieldDescriptor, FieldOptions, Label, Type};

    /// Encodes fields with a length below 128.
    fn encoded(fields: &[(u32, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, value) in fields {
            prost::encoding::encode_key(*number, prost::encoding::WireType::LengthDelimited, &mut bytes);
            bytes.push(u8::try_from(value.len()).expect("a short value"));
            bytes.extend_from_slice(value);
        }
        bytes
    }

    fn found(label: Label, own: Type, rules: &[u8]) -> FoundRules {
        let options = FieldOptions { rules: vec![rules.to_vec().into()], ..FieldOptions::default() };
        let mut field = FieldDescriptor { options: Some(options), ..FieldDescriptor::default() };
        field.set_label(label);
        field.set_type(own);
        of_field(&field, None, &PredefinedRules::default())
    }

    #[test]
    fn expressions_are_found_however_deep() {
        let rule = encoded(&[(3, b"a rule")]);
        let items = encoded(&[(23, &rule), (29, b"an expression")]);
        let rules = encoded(&[(18, &encoded(&[(4, &items)])), (29, b"of the list")]);
        let found = found(Label::Repeated, Type::String, &rules);
        assert_eq!(found.expressions, ["a rule", "an expression", "of the list"]);
        assert!(found.unsupported.is_empty(), "{found:?}");
    }

    #[test]
    fn unknown_rules_are_described() {
        let string = |number: u32| encoded(&[(14, &encoded(&[(number, b"x")]))]);
        for (label, own, rules, expected) in [
            (Label::Optional, Type::String, string(38), &[][..]),
            (
                Label::Optional,
                Type::String,
                string(39),
                &["rule number 39 of `string`, which the runtime does not know"],
            ),
            (
                Label::Optional,
                Type::String,
                string(1161),
                &["rule number 1161 of `string`, an extension without `(buf.validate.predefined)`"],
            ),
            (Label::Optional, Type::Int32, string(2), &["`string` rules of a field of type `int32`"]),
            (Label::Repeated, Type::String, string(2), &["`string` rules of a field of type `list`"]),
            (Label::Optional, Type::String, encoded(&[(40, b"")]), &["rule with the unknown number 40"]),
        ] {
            assert_eq!(found(label, own, &rules).unsupported, expected);
        }
    }
}
