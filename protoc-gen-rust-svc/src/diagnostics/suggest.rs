//! Suggestions for misspelled names.

/// The maximum number of fields in a suggestion.
const MOST_FIELDS: usize = 20;

/// Lists the known words, after the one most similar to an unknown word.
pub(crate) fn help(word: &str, known: &[&str], what: &str) -> String {
    let (last, others) = known.split_last().unwrap_or((&"", &[]));
    let known_words = format!("{what} {} and {last}", others.join(", "));
    match closest(word, known) {
        Some(meant) => format!("did you mean `{meant}`? {known_words}"),
        None => known_words,
    }
}

/// Lists the fields, after the one most similar to an unknown name.
pub(crate) fn field(name: &str, known: &[&str], what: &str) -> String {
    let shown: Vec<_> = known.iter().take(MOST_FIELDS).map(|known| format!("`{known}`")).collect();
    let more = known.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let fields = format!("{what} {}{more}", shown.join(", "));
    match closest(name, known) {
        Some(meant) => format!("did you mean `{meant}`? {fields}"),
        None => fields,
    }
}

/// Finds the most similar of the known words, if one is similar enough.
pub(crate) fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (lower, most) = (word.to_lowercase(), 1 + word.len() / 5);
    let length = lower.chars().count();
    // The distance is at least the difference of the lengths, which costs less.
    let is_as_long = |known: &&&str| known.to_lowercase().chars().count().abs_diff(length) <= most;
    let distance = |known: &str| strsim::damerau_levenshtein(&lower, &known.to_lowercase());
    let near = known.iter().filter(is_as_long).map(|known| (distance(known), *known));
    let near = near.min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, _)| *distance <= most && *distance < word.len()).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::field;
    use super::help;

    #[test]
    fn similar_word_is_suggested() {
        let known = ["emit", "types", "no-deadline"];
        assert_eq!(help("emti", &known, "there are"), "did you mean `emit`? there are emit, types and no-deadline");
        assert_eq!(help("server", &known, "there are"), "there are emit, types and no-deadline");
        assert!(help("No-Dedline", &known, "").starts_with("did you mean `no-deadline`?"));
    }

    #[test]
    fn similar_field_is_suggested() {
        let known = ["name", "order_id"];
        assert_eq!(
            field("orderId", &known, "its fields are"),
            "did you mean `order_id`? its fields are `name`, `order_id`"
        );
        assert_eq!(field("price", &known, "its fields are"), "its fields are `name`, `order_id`");
        let many = vec!["a"; 22];
        assert!(field("price", &many, "its fields are").ends_with("`a`, `a` and 2 more"));
    }
}
