//! Random choices, for contracts and for mutated requests. A seed determines all of them.

use fastrand::Rng;
use heck::{ToLowerCamelCase as _, ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

/// Endings that generated code appends to names.
const ENDINGS: &[&str] = &["Fake", "Client", "Adapter", "Entry", "Enum", "Kind", "_or_default"];

/// Returns true with this probability in percent.
pub fn in_100(cases: u32, rng: &mut Rng) -> bool {
    rng.u32(..100) < cases
}

/// Picks one of these, unless there is none.
pub fn pick<'a, T>(of: &'a [T], rng: &mut Rng) -> Option<&'a T> {
    if of.is_empty() { None } else { of.get(rng.usize(..of.len())) }
}

/// Picks one of these mutably, unless there is none.
pub fn pick_mut<'a, T>(of: &'a mut [T], rng: &mut Rng) -> Option<&'a mut T> {
    if of.is_empty() { None } else { of.get_mut(rng.usize(..of.len())) }
}

/// Copies one of these. Panics if there is none.
pub fn one_of<T: Copy>(of: &[T], rng: &mut Rng) -> T {
    of[rng.usize(..of.len())]
}

/// A name that collides with another in Rust, or nearly does. `further` is appended to some.
pub fn name_like(name: &str, further: &str, rng: &mut Rng) -> String {
    match rng.u32(..13) {
        0 => name.to_snake_case(),
        1 => name.to_upper_camel_case(),
        2 => name.to_shouty_snake_case(),
        3 => name.to_lower_camel_case(),
        4 => format!("{name}_"),
        5 => format!("_{name}"),
        6 => format!("{name}2"),
        7 => format!("{name}_2"),
        8 => name.replace('_', "__"),
        9 => name.replace('_', ""),
        10 => format!("{name}_{further}"),
        11 => name.to_lowercase(),
        _ => format!("{name}{}", one_of(ENDINGS, rng)),
    }
}
