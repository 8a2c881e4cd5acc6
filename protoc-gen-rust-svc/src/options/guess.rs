//! What the user may have meant.

/// What an option knows, with the word before it that is most like the one that it does not know.
pub(super) fn help(word: &str, known: &[&str], what: &str) -> String {
    let (last, others) = known.split_last().unwrap_or((&"", &[]));
    let known_words = format!("{what} {} and {last}", others.join(", "));
    match closest(word, known) {
        Some(meant) => format!("did you mean {meant}? {known_words}"),
        None => known_words,
    }
}

fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |known: &str| strsim::damerau_levenshtein(&word.to_lowercase(), known.trim_end_matches('='));
    let near = known.iter().map(|known| (distance(known), *known)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, _)| *distance <= 1 + word.len() / 5).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::help;

    #[test]
    fn a_slip_is_guessed() {
        let known = ["emit=", "types=", "no-deadline"];
        assert_eq!(help("emti", &known, "there are"), "did you mean emit=? there are emit=, types= and no-deadline");
        assert_eq!(help("server", &known, "there are"), "there are emit=, types= and no-deadline");
        assert!(help("No-Dedline", &known, "").starts_with("did you mean no-deadline?"));
    }
}
