//! Finds a field in the text of an option.

use super::{schema::Schema, statement::OptionMessage};

/// Finds the field at a path. `known` is the length of the prefix whose statement `option` is. Returns the offset of the
/// field, or of the innermost outer field that is there.
pub(in super::super) fn locate(option: &OptionMessage, path: &[i32], known: usize) -> Option<usize> {
    let (index, mut schema) = (0..path.len()).find_map(|index| Some((index, Schema::of_option(path[index])?)))?;
    let mut at = index + 1;
    while at < known {
        // An index follows the number of a repeated field.
        let length = if schema.is_repeated(path[at]) { 2 } else { 1 };
        schema = schema.field(path[at])?.1;
        at += length;
    }
    FieldSearch { schema, path: path.get(at..)? }.find(option)
}

/// A path below a message.
struct FieldSearch<'a> {
    schema: Schema,
    path: &'a [i32],
}

impl FieldSearch<'_> {
    /// Searches a message.
    fn find(&self, message: &OptionMessage) -> Option<usize> {
        let (number, rest) = self.path.split_first()?;
        let (name, schema) = self.schema.field(*number)?;
        let is_repeated = self.schema.is_repeated(*number);
        let (index, rest) =
            if is_repeated { rest.split_first().map(|(index, rest)| (*index, rest))? } else { (0, rest) };
        let found = message.values(name).get(usize::try_from(index).ok()?)?;
        let inner = found.message.as_ref().and_then(|message| FieldSearch { schema, path: rest }.find(message));
        let element = if is_repeated { found.value } else { None };
        inner.or(element).or(Some(found.field))
    }
}

#[cfg(test)]
mod tests {
    use super::{OptionMessage, locate as locate_in};

    fn locate(text: &str, path: &[i32], known: usize) -> Option<usize> {
        locate_in(&OptionMessage::parse(text, 0)?, path, known)
    }

    const HTTP: i32 = 72_295_728;

    #[test]
    fn fields_are_found_in_nested_messages() {
        let text = "option (google.api.http) = {\n  get: \"/v1/{x}\" // get: no\n  body: \"*\"\n  additional_bindings {post: \"/a\" body: \"b\"}\n  additional_bindings: [{put: \"/c\"}, {put: \"/d\"}]\n};";
        for (path, found) in [
            (&[HTTP, 2][..], "get: \"/v1"),
            (&[HTTP, 7], "body: \"*\""),
            (&[HTTP, 11, 0, 7], "body: \"b\""),
            (&[HTTP, 11, 2, 3], "put: \"/d\""),
            (&[HTTP, 11, 1, 7], "{put: \"/c\""),
        ] {
            let offset = locate(text, path, 1).unwrap_or_default();
            assert!(text[offset..].starts_with(found), "{path:?}: {}", &text[offset..]);
        }
        assert_eq!(locate(text, &[HTTP, 12], 1), None);
    }

    #[test]
    fn elements_of_lists_are_found() {
        let text = "option (rust_svc.v1.method) = {retry {max_attempts: 3 codes: [\"A\", \"B\"]}};";
        let offset = locate(text, &[50_701, 2, 5, 1], 1).unwrap_or_default();
        assert!(text[offset..].starts_with("\"B\""), "{}", &text[offset..]);
        let text = "option (rust_svc.v1.method).retry = {max_attempts: 3};";
        let offset = locate(text, &[50_701, 2, 1], 2).unwrap_or_default();
        assert!(text[offset..].starts_with("max_attempts"), "{}", &text[offset..]);
        let text = "option (google.api.http).additional_bindings = {/*/ get: */ get: \"/x\"};";
        let offset = locate(text, &[HTTP, 11, 0, 2], 3).unwrap_or_default();
        assert!(text[offset..].starts_with("get: \"/x"), "{}", &text[offset..]);
    }
}
