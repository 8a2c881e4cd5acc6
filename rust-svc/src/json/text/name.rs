//! Names of fields.

/// Returns the JSON name of a field that declares no other: lowerCamelCase.
pub(crate) fn json_name(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut is_start = false;
    for letter in name.chars() {
        match letter {
            '_' => is_start = true,
            letter if std::mem::take(&mut is_start) => camel.push(letter.to_ascii_uppercase()),
            letter => camel.push(letter),
        }
    }
    camel
}
