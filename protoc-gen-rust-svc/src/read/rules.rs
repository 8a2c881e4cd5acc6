//! CEL expressions in the rules of `buf.validate`. The runtime reads all rules.

use prost::{Message, bytes::Bytes};

#[derive(Clone, PartialEq, Message)]
struct MessageRules {
    #[prost(message, repeated, tag = "3")]
    cel: Vec<Rule>,
    #[prost(string, repeated, tag = "5")]
    cel_expression: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct FieldRules {
    #[prost(message, optional, boxed, tag = "18")]
    repeated: Option<Box<Repeated>>,
    #[prost(message, optional, boxed, tag = "19")]
    map: Option<Box<Map>>,
    #[prost(message, repeated, tag = "23")]
    cel: Vec<Rule>,
    #[prost(string, repeated, tag = "29")]
    cel_expression: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Repeated {
    #[prost(message, optional, boxed, tag = "4")]
    items: Option<Box<FieldRules>>,
}

#[derive(Clone, PartialEq, Message)]
struct Map {
    #[prost(message, optional, boxed, tag = "4")]
    keys: Option<Box<FieldRules>>,
    #[prost(message, optional, boxed, tag = "5")]
    values: Option<Box<FieldRules>>,
}

#[derive(Clone, PartialEq, Message)]
struct Rule {
    #[prost(string, tag = "3")]
    expression: String,
}

/// The expressions in the rules of a message.
pub fn of_message(rules: &[Bytes]) -> Vec<String> {
    let MessageRules { cel, cel_expression } = decoded(rules);
    expressions(cel, cel_expression)
}

/// The expressions in the rules of a field, of its items, its keys and its values.
pub fn of_field(rules: &[Bytes]) -> Vec<String> {
    all(decoded(rules))
}

fn all(rules: FieldRules) -> Vec<String> {
    let FieldRules { repeated, map, cel, cel_expression } = rules;
    let items = repeated.and_then(|repeated| repeated.items);
    let (keys, values) = map.map_or((None, None), |map| (map.keys, map.values));
    let within = [items, keys, values].into_iter().flatten().flat_map(|rules| all(*rules));
    expressions(cel, cel_expression).into_iter().chain(within).collect()
}

fn expressions(cel: Vec<Rule>, cel_expression: Vec<String>) -> Vec<String> {
    cel.into_iter().map(|rule| rule.expression).chain(cel_expression).collect()
}

/// Merges and decodes the parts of an option. Malformed rules are ignored.
fn decoded<T: Message + Default>(rules: &[Bytes]) -> T {
    T::decode(&*rules.concat()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::FieldRules;
    use super::Map;
    use super::MessageRules;
    use super::Repeated;
    use super::Rule;
    use super::of_field;
    use super::of_message;

    fn rules(expression: &str) -> FieldRules {
        let cel = vec![Rule { expression: expression.to_owned() }];
        FieldRules { cel, cel_expression: vec![format!("{expression}2")], ..FieldRules::default() }
    }

    #[test]
    fn expressions_are_found_however_deep() {
        let boxed = |expression| Some(Box::new(rules(expression)));
        let repeated = FieldRules { repeated: Some(Box::new(Repeated { items: boxed("items") })), ..rules("list") };
        let map = Map { keys: boxed("keys"), values: Some(Box::new(repeated)) };
        let field = FieldRules { map: Some(Box::new(map)), ..rules("map") };
        let expected = ["map", "map2", "keys", "keys2", "list", "list2", "items", "items2"];
        assert_eq!(of_field(&[field.encode_to_vec().into()]), expected);
    }

    #[test]
    fn an_option_may_come_in_parts() {
        let part = |text: &str| MessageRules { cel: vec![], cel_expression: vec![text.to_owned()] };
        let parts = ["a", "b"].map(|text| part(text).encode_to_vec().into());
        assert_eq!(of_message(&parts), ["a", "b"]);
        assert!(of_message(&[b"\xff".as_slice().into()]).is_empty());
    }
}
