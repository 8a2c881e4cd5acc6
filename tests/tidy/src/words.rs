//! Words in a text.

/// Whether a text has words one after the other. Case does not count, and any space may be between them.
pub fn contains_words(text: &str, words: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric();
    let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    text.match_indices(words)
        .any(|(start, _)| !text[..start].ends_with(is_part) && !text[start + words.len()..].starts_with(is_part))
}
