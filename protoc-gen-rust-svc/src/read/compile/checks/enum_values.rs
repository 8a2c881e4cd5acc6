//! Names of enum values, as languages with scoped enums see them.

/// The name of a value in Pascal case, without the name of its enum as a prefix.
pub(super) fn pascal_case(enum_name: &str, value: &str) -> String {
    let mut name = String::new();
    let mut is_start = true;
    for character in without_prefix(enum_name, value).chars() {
        match character {
            '_' => is_start = true,
            other if std::mem::take(&mut is_start) => name.push(other.to_ascii_uppercase()),
            other => name.push(other.to_ascii_lowercase()),
        }
    }
    name
}

/// Case and underscores of the prefix do not matter.
fn without_prefix<'a>(enum_name: &str, value: &'a str) -> &'a str {
    let mut prefix = enum_name.chars().filter(|character| *character != '_').peekable();
    for (offset, character) in value.char_indices() {
        if prefix.peek().is_none() {
            let rest = value[offset..].trim_start_matches('_');
            return if rest.is_empty() { value } else { rest };
        }
        let is_same =
            character == '_' || prefix.next_if(|expected| expected.eq_ignore_ascii_case(&character)).is_some();
        if !is_same {
            return value;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn prefix_and_case_are_removed() {
        for (value, name) in
            [("FOO_BAR_ONE", "One"), ("FooBar_one", "One"), ("ONE", "One"), ("FOO_BAR", "FooBar"), ("FOO", "Foo")]
        {
            assert_eq!(pascal_case("FooBar", value), name, "{value}");
        }
    }
}
