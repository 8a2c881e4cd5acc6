//! The templates of generated services.

use tidy::{files, read};

/// A template is its output with holes. A decision, or a call that returns code, is a word that the model is missing.
#[test]
fn templates_do_not_decide() {
    let templates = files("templates/service");
    assert_eq!(templates.len(), 5, "one for each artefact of a service");
    for path in templates {
        let text = read(&path);
        for statement in text.split("{%").skip(1) {
            let word = statement.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
            assert!(["for", "endfor"].contains(&word), "{path} says {word:?}");
        }
        for value in text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
            assert!(!value.contains("::"), "{path} calls{value}");
        }
        assert!(!text.contains("{#"), "{path} has a comment");
    }
}
