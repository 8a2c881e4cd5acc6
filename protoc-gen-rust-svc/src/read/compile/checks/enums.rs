//! Rules for enums: values that collide, aliases, reserved numbers and names.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::EnumDescriptorProto;

use super::{enum_values::pascal_case, walk::Checker};
use crate::read::compile::elements::{ENUM_RESERVED, ENUM_RESERVED_NAME, ENUM_VALUE, index};

impl Checker<'_> {
    pub(super) fn enumeration(&mut self, item: &EnumDescriptorProto) {
        // The end is part of the range.
        let end = |end: i32| end.saturating_add(1);
        let reserved: Vec<_> = item.reserved_range.iter().map(|range| range.start()..end(range.end())).collect();
        self.each(ENUM_RESERVED, &reserved, Self::range);
        self.overlaps(ENUM_RESERVED, &reserved, &[]);
        let names: Vec<_> = item.value.iter().map(|value| value.name()).collect();
        self.reserved_names(ENUM_RESERVED_NAME, &item.reserved_name, ENUM_VALUE, &names);
        self.aliases(item);
        if self.is_proto3 {
            // The linker reports it, too.
            if self.is_linked {
                self.first_value(item);
            }
            self.similar_values(item);
        }
    }

    fn aliases(&mut self, item: &EnumDescriptorProto) {
        let numbers: BTreeSet<_> = item.value.iter().map(|value| value.number()).collect();
        match item.options.as_ref().and_then(|options| options.allow_alias) {
            Some(false) => self.problem("`allow_alias = false` has no effect".to_owned(), "remove it"),
            Some(true) if numbers.len() == item.value.len() => {
                let message = format!("`allow_alias` on `{}`, whose values have different numbers", item.name());
                self.problem(message, "remove it");
            }
            _ => {}
        }
    }

    fn first_value(&mut self, item: &EnumDescriptorProto) {
        if item.value.first().is_some_and(|value| value.number() != 0) {
            self.problem_at(&[ENUM_VALUE, 0], "first enum value is not 0".to_owned(), "begin with a value 0");
        }
    }

    /// Values that languages with scoped enums cannot tell apart.
    fn similar_values(&mut self, item: &EnumDescriptorProto) {
        let mut seen: BTreeMap<String, (&str, i32)> = BTreeMap::new();
        for (position, value) in item.value.iter().enumerate() {
            let name = pascal_case(item.name(), value.name());
            match seen.get(&name) {
                Some((other, number)) if *number != value.number() => {
                    let message =
                        format!("enum values `{other}` and `{}` differ only in case and prefix", value.name());
                    self.problem_at(&[ENUM_VALUE, index(position)], message, "rename one of them");
                }
                Some(_) => {}
                None => drop(seen.insert(name, (value.name(), value.number()))),
            }
        }
    }
}
