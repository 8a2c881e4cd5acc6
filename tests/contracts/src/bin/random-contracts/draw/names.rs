//! Names: unused ones, and names that collide with others in Rust.

use harness::{random, words::NAMES};
use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

use super::Draw;
use crate::contract::within;

/// The usual case of a name.
#[derive(Clone, Copy)]
pub(super) enum Style {
    Snake,
    Camel,
    Shouting,
}

impl Draw {
    /// Draws a name that is free in a scope, and takes it.
    pub(super) fn name(&mut self, scope: &str, style: Style) -> String {
        self.name_that(scope, style, |_| true)
    }

    /// Draws a legal name that is free in a scope, and takes it.
    pub(super) fn name_that(&mut self, scope: &str, style: Style, is_legal: impl Fn(&str) -> bool) -> String {
        loop {
            let name = self.any_name(style);
            if is_legal(&name) && self.takes(scope, &name) {
                self.used.push(name.clone());
                return name;
            }
        }
    }

    /// Takes a name, if it is free.
    pub(super) fn takes(&mut self, scope: &str, name: &str) -> bool {
        self.taken.insert(within(scope, name))
    }

    /// A name, whether it is free or not.
    pub(super) fn any_name(&mut self, style: Style) -> String {
        let is_like_another = !self.used.is_empty() && self.in_100(25);
        let word = match is_like_another {
            true => self.used[self.rng.usize(..self.used.len())].clone(),
            false => self.word().to_owned(),
        };
        let name = match self.rng.u32(..100) {
            0..50 => styled(&word, style),
            50..75 => self.name_like(&word),
            _ => word.clone(),
        };
        if is_name(&name) { name } else { format!("_{word}") }
    }

    fn name_like(&mut self, word: &str) -> String {
        let further = self.word();
        random::name_like(word, further, &mut self.rng)
    }

    fn word(&mut self) -> &'static str {
        random::one_of(&NAMES, &mut self.rng)
    }
}

fn styled(word: &str, style: Style) -> String {
    match style {
        Style::Snake => word.to_snake_case(),
        Style::Camel => word.to_upper_camel_case(),
        Style::Shouting => word.to_shouty_snake_case(),
    }
}

/// Whether a text is a protobuf identifier.
pub(super) fn is_name(name: &str) -> bool {
    name.len() < 120 && !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// The default JSON name of a field, by the rules of protoc.
pub(super) fn json_name(name: &str) -> String {
    let mut is_start = false;
    let mut json = String::new();
    for letter in name.chars() {
        match letter {
            '_' => (),
            _ if is_start => json.push(letter.to_ascii_uppercase()),
            _ => json.push(letter),
        }
        is_start = letter == '_';
    }
    json
}

/// The name of the entry message of a map, by the rules of protoc.
pub(super) fn entry_name(name: &str) -> String {
    let json = json_name(name);
    let mut letters = json.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain("Entry".chars()).collect()
}

/// The name by which protoc compares values of an enum: without the enum's name, in lower case.
pub(super) fn value_name(enumeration: &str, value: &str) -> String {
    let prefix: String =
        enumeration.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect();
    let (mut rest, mut left) = (value, prefix.as_str());
    while let (Some(letter), Some(expected)) = (rest.chars().next(), left.chars().next()) {
        match letter {
            '_' => (),
            _ if letter.to_ascii_lowercase() == expected => left = &left[1..],
            _ => break,
        }
        rest = &rest[1..];
    }
    let stripped = rest.trim_start_matches('_');
    let kept = if left.is_empty() && !stripped.is_empty() { stripped } else { value };
    kept.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}
