//! Rules of `buf.validate` as the constraints of JSON schemas.

use prost::bytes::Bytes;

use crate::{
    model::{Constant, Constraints, Range},
    read::rules::constraints::{EnumRules, FieldRules, NumberRules, StringRules},
};

/// The constraints in the rules of a field.
pub(in crate::lower::elements) fn constraints(rules: &[Bytes]) -> Constraints {
    if rules.is_empty() { Constraints::default() } else { of_field(&FieldRules::of(rules)) }
}

fn of_field(rules: &FieldRules) -> Constraints {
    let mut constraints = Constraints { required: rules.required, ..Constraints::default() };
    if let Some(number) = rules.number() {
        add_number(&mut constraints, number);
    }
    if let Some(string) = &rules.string {
        add_string(&mut constraints, string);
    }
    if let Some(EnumRules { constant, one_of }) = &rules.enumeration {
        let numbers = constant.iter().chain(one_of);
        constraints.values = numbers.map(|number| Constant::Number(f64::from(*number))).collect();
    }
    if let Some(repeated) = &rules.repeated {
        constraints.count = (repeated.min_items, repeated.max_items);
        constraints.unique = repeated.unique;
        constraints.items = repeated.items.as_ref().map(|items| Box::new(of_field(items)));
    }
    if let Some(map) = &rules.map {
        constraints.count = (map.min_pairs, map.max_pairs);
        constraints.items = map.values.as_ref().map(|values| Box::new(of_field(values)));
    }
    constraints
}

fn add_number(constraints: &mut Constraints, rules: NumberRules) {
    let NumberRules { constant, lt, lte, gt, gte, one_of } = rules;
    let (lower, upper) = (gt.or(gte), lt.or(lte));
    // A lower bound above the upper one excludes what lies between, which a schema cannot state briefly.
    if !lower.zip(upper).is_some_and(|(lower, upper)| lower > upper) {
        constraints.range = Range { min: gte, above: gt, max: lte, below: lt };
    }
    constraints.values = constant.into_iter().chain(one_of).map(Constant::Number).collect();
}

fn add_string(constraints: &mut Constraints, rules: &StringRules) {
    constraints.length = (rules.exact_len.or(rules.min_len), rules.exact_len.or(rules.max_len));
    constraints.pattern.clone_from(&rules.pattern);
    constraints.values = rules.constant.iter().chain(&rules.one_of).cloned().map(Constant::Text).collect();
    let formats = [
        (rules.email, "email"),
        (rules.hostname, "hostname"),
        (rules.ipv4, "ipv4"),
        (rules.ipv6, "ipv6"),
        (rules.uri, "uri"),
        (rules.uri_ref, "uri-reference"),
        (rules.uuid, "uuid"),
    ];
    constraints.format = formats.into_iter().find_map(|(is_set, format)| is_set.then_some(format));
}
