//! Names of protobuf from those of a description.

use std::collections::BTreeSet;

use heck::{ToLowerCamelCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

/// Returns the name of a message, service or method.
pub(super) fn camel(text: &str) -> String {
    let name = words(text).to_upper_camel_case();
    valid(name, "X")
}

/// Returns the name of a field.
pub(super) fn snake(text: &str) -> String {
    valid(words(text).to_snake_case(), "x_")
}

/// Returns the JSON name of a field, unless it is the one that protobuf derives.
pub(super) fn json_name(property: &str, field: &str) -> Option<String> {
    (field.to_lower_camel_case() != property && field != property).then(|| property.to_owned())
}

fn words(text: &str) -> String {
    text.chars().map(|each| if each.is_ascii_alphanumeric() { each } else { ' ' }).collect()
}

fn valid(name: String, prefix: &str) -> String {
    match name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => name,
        false => format!("{prefix}{name}"),
    }
}

/// Returns the name, with a number if it is taken.
pub(super) fn unique(taken: &mut BTreeSet<String>, name: &str) -> String {
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}{number}")));
    let free = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::{camel, json_name, snake};

    #[test]
    fn names() {
        for (text, as_camel, as_snake) in [
            ("list-users", "ListUsers", "list_users"),
            ("petId", "PetId", "pet_id"),
            ("X-Rate", "XRate", "x_rate"),
            ("2fa", "X2fa", "x_2fa"),
            ("", "X", "x_"),
        ] {
            assert_eq!((camel(text).as_str(), snake(text).as_str()), (as_camel, as_snake));
        }
        assert_eq!(json_name("petId", "pet_id"), None);
        assert_eq!(json_name("pet_id", "pet_id"), None);
        assert_eq!(json_name("PetID", "pet_id").as_deref(), Some("PetID"));
    }
}
