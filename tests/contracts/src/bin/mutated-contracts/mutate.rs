//! Mutates a contract: its tokens, its statements, or its bytes.

use std::ops::Range;

use fastrand::Rng;

use crate::{
    statements::{BYTES, FIELD_OPTIONS, HEADERS, NUMBERS, STATEMENTS, TEXTS, WORDS},
    tokens::{Kind, Token, tokens},
};

/// Applies one to three mutations.
pub(crate) fn mutate(bytes: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..1 + random.usize(..3).saturating_sub(random.usize(..2)) {
        mutant = once(&mutant, random);
    }
    mutant
}

fn once(bytes: &[u8], random: &mut Rng) -> Vec<u8> {
    let tokens = tokens(bytes);
    let code: Vec<_> = tokens.iter().filter(|token| token.kind != Kind::Comment).collect();
    if code.len() < 4 {
        return bytes.to_vec();
    }
    let at = random.usize(..code.len() - 1);
    match random.u8(..32) {
        0 => splice(bytes, code[at].range.clone(), b""),
        1 => splice(bytes, code[at].range.start..code[at].range.start, &with_space(bytes, code[at])),
        2 => swap(bytes, &code[at].range, &code[at + 1].range),
        3..=8 => replace(bytes, &code, random),
        9 => change_header(bytes, &code, random),
        10..=14 => add_options(bytes, &code, random),
        15 => copy_statement(bytes, &code, random),
        16 => drop_statement(bytes, &code, random),
        17 => swap_statements(bytes, &code, random),
        18 => splice(bytes, code[at].range.end..code[at].range.end, random.choice(BYTES).copied().unwrap_or_default()),
        _ => add_statement(bytes, &code, random),
    }
}

fn splice(bytes: &[u8], range: Range<usize>, with: &[u8]) -> Vec<u8> {
    [&bytes[..range.start], with, &bytes[range.end..]].concat()
}

fn with_space(bytes: &[u8], token: &Token) -> Vec<u8> {
    [&bytes[token.range.clone()], b" "].concat()
}

/// Swaps two ranges, the first before the second.
fn swap(bytes: &[u8], first: &Range<usize>, second: &Range<usize>) -> Vec<u8> {
    let between = &bytes[first.end..second.start];
    let swapped = [&bytes[second.clone()], between, &bytes[first.clone()]].concat();
    splice(bytes, first.start..second.end, &swapped)
}

/// Replaces a word, number or text with another one of the file, or of a list.
fn replace(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let kind = *random.choice([Kind::Word, Kind::Word, Kind::Number, Kind::Text].iter()).unwrap_or(&Kind::Word);
    let alike: Vec<_> = code.iter().filter(|token| token.kind == kind).collect();
    let (Some(one), Some(other)) = (random.choice(&alike), random.choice(&alike)) else { return bytes.to_vec() };
    let list = match kind {
        Kind::Word => WORDS,
        Kind::Number => NUMBERS,
        _ => TEXTS,
    };
    let listed = random.choice(list).copied().unwrap_or_default().as_bytes();
    let with = if random.bool() { listed } else { &bytes[other.range.clone()] };
    splice(bytes, one.range.clone(), with)
}

/// Replaces the first statement, which is usually the syntax.
fn change_header(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let end = code.iter().find(|token| &bytes[token.range.clone()] == b";").map_or(0, |token| token.range.end);
    splice(bytes, code[0].range.start..end, random.choice(HEADERS).copied().unwrap_or_default().as_bytes())
}

/// Adds options to a field or enum value that has none.
fn add_options(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let is_end = |pair: &&[&Token]| pair[0].kind == Kind::Number && &bytes[pair[1].range.clone()] == b";";
    let ends: Vec<_> = code.windows(2).filter(is_end).map(|pair| pair[1].range.start).collect();
    let Some(end) = random.choice(ends) else { return bytes.to_vec() };
    splice(bytes, end..end, random.choice(FIELD_OPTIONS).copied().unwrap_or_default().as_bytes())
}

/// Adds a statement after another one, or at the start of a body.
fn add_statement(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let is_place =
        |token: &&&Token| [b"{", b"}", b";"].contains(&bytes[token.range.clone()].first_chunk().unwrap_or(b" "));
    let places: Vec<_> = code.iter().filter(is_place).map(|token| token.range.end).collect();
    let Some(place) = random.choice(places) else { return bytes.to_vec() };
    splice(bytes, place..place, random.choice(STATEMENTS).copied().unwrap_or_default().as_bytes())
}

fn copy_statement(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let statements = statements(bytes, code);
    let (Some(one), Some(place)) = (random.choice(&statements), random.choice(&statements)) else {
        return bytes.to_vec();
    };
    let text = [b"\n", &bytes[one.clone()]].concat();
    splice(bytes, place.end..place.end, &text)
}

fn drop_statement(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    random.choice(statements(bytes, code)).map_or_else(|| bytes.to_vec(), |range| splice(bytes, range, b""))
}

fn swap_statements(bytes: &[u8], code: &[&Token], random: &mut Rng) -> Vec<u8> {
    let statements = statements(bytes, code);
    let (Some(one), Some(other)) = (random.choice(&statements), random.choice(&statements)) else {
        return bytes.to_vec();
    };
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if first.end > second.start { bytes.to_vec() } else { swap(bytes, first, second) }
}

/// The ranges of statements without a body, and of those with one that has no further bodies.
fn statements(bytes: &[u8], code: &[&Token]) -> Vec<Range<usize>> {
    let (mut found, mut start, mut outer) = (Vec::new(), None, None);
    for token in code {
        let begin = *start.get_or_insert(token.range.start);
        match &bytes[token.range.clone()] {
            b"{" => (outer, start) = (Some(begin), None),
            b"}" => {
                found.extend(outer.take().map(|outer| outer..token.range.end));
                start = None;
            }
            b";" => {
                found.push(begin..token.range.end);
                start = None;
            }
            _ => {}
        }
    }
    found
}
