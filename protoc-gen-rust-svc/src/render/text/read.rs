//! Text to nodes. It knows the tokens that are printed here, among which no character and no raw text is.

use std::borrow::Cow;

use super::{
    node::{self, Brackets, Kind, Node},
    space::Spaces,
};
use crate::{model::grouped, render::Unprintable};

/// Operators of more than one character.
const DOUBLE: [&[u8; 2]; 8] = [b"::", b"->", b"=>", b"..", b"&&", b"||", b"==", b"!="];

/// A text, read up to some point.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The nodes of all groups that are open.
    open: Vec<Node<'a>>,
    /// Whether lists in it may end with a comma that says nothing.
    has_last_commas: bool,
}

type Nodes<'a> = Result<Vec<Node<'a>>, Unprintable>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, has_last_commas: bool) -> Self {
        Self { text, at: 0, open: Vec::new(), has_last_commas }
    }

    /// The next item, up to its block or its semicolon. None are left if it has no nodes.
    pub(super) fn item(&mut self) -> Nodes<'a> {
        self.nodes(None, true)
    }

    /// The nodes up to what closes their group, or of an item; those of an item or of braces may have docs and attributes
    /// among them.
    fn nodes(&mut self, close: Option<u8>, has_lines: bool) -> Nodes<'a> {
        let start = self.open.len();
        let mut spaces = Spaces::default();
        let mut is_item = false;
        while let Some(first) = self.skip_space() {
            if close == Some(first) {
                self.at += 1;
                self.drop_last_comma(start, first);
                return Ok(self.open.split_off(start));
            }
            self.drop_last_comma(start, first);
            let kind = self.kind(first, has_lines, spaces.is_prefix())?;
            let breaks = is_item;
            is_item = match &kind {
                Kind::Word(word) => is_item || begins_item(word),
                Kind::Group(brackets, _) => is_item && *brackets != Brackets::Braces,
                _ => is_item,
            };
            let node = node(kind, breaks, &mut spaces);
            let ends = close.is_none() && (node.is(";") || node.is_block() && self.begins_item());
            self.open.push(node);
            if ends {
                break;
            }
        }
        if close.is_none() { Ok(self.open.split_off(start)) } else { Err(self.fault("leaves a bracket open")) }
    }

    /// Whether an item begins here, after a block.
    fn begins_item(&mut self) -> bool {
        self.skip_space().is_none_or(|first| is_of_word(first) || matches!(first, b'#' | b'/'))
    }

    /// What prost-build sets out has a comma at the end of each list, and no tuple of one value, where it would say
    /// something.
    fn drop_last_comma(&mut self, start: usize, close: u8) {
        if self.has_last_commas && matches!(close, b')' | b'>') && self.open.len() > start {
            self.open.pop_if(|last| last.is(","));
        }
    }

    /// What begins here with this byte.
    fn kind(&mut self, first: u8, has_lines: bool, is_prefix: bool) -> Result<Kind<'a>, Unprintable> {
        Ok(match first {
            b'(' => self.group(Brackets::Round, b')')?,
            b'[' => self.group(Brackets::Square, b']')?,
            b'{' => self.group(Brackets::Braces, b'}')?,
            b'|' if is_prefix => self.group(Brackets::Bars, b'|')?,
            b'#' if has_lines && self.is_next(1, b'[') => self.attribute()?,
            b'/' => Kind::Docs(self.take(end_of_line).into()),
            b'"' => self.string(1)?,
            b'b' if self.is_next(1, b'"') => self.string(2)?,
            b')' | b']' | b'}' => return Err(self.fault("has a bracket that nothing opened")),
            b'0'..=b'9' => Kind::Word(number(self.take(end_of_number))),
            b'\'' => Kind::Word(self.word(1)),
            b'r' if self.is_next(1, b'#') => Kind::Word(self.word(2)),
            _ if is_of_word(first) => Kind::Word(self.word(0)),
            _ => Kind::Operator(self.operator()),
        })
    }

    fn group(&mut self, brackets: Brackets, close: u8) -> Result<Kind<'a>, Unprintable> {
        self.at += 1;
        Ok(Kind::Group(brackets, self.nodes(Some(close), brackets == Brackets::Braces)?))
    }

    fn attribute(&mut self) -> Result<Kind<'a>, Unprintable> {
        self.at += 2;
        Ok(Kind::Attribute(self.nodes(Some(b']'), false)?))
    }

    /// A string whose quote is behind so many bytes.
    fn string(&mut self, start: usize) -> Result<Kind<'a>, Unprintable> {
        let mut bytes = self.text.as_bytes()[self.at + start..].iter();
        let mut length = start;
        while let Some(byte) = bytes.next() {
            length += 1;
            match byte {
                b'"' => return Ok(Kind::Word(self.take(|_| Some(length)).into())),
                b'\\' => length += bytes.next().map_or(0, |_| 1),
                _ => (),
            }
        }
        Err(self.fault("leaves a text open"))
    }

    /// A name, of which so many bytes are what marks it.
    fn word(&mut self, mark: usize) -> Cow<'a, str> {
        let is_end = |byte: &u8| !is_of_word(*byte);
        self.take(|bytes| bytes[mark..].iter().position(is_end).map(|end| mark + end)).into()
    }

    fn operator(&mut self) -> &'a str {
        let is_double = |bytes: &[u8]| DOUBLE.iter().any(|double| bytes.starts_with(*double));
        self.take(|bytes| Some(if is_double(bytes) { 2 } else { 1 }))
    }

    /// The text from here to what `length` finds, or to its end.
    fn take(&mut self, length: impl FnOnce(&[u8]) -> Option<usize>) -> &'a str {
        let rest = &self.text[self.at..];
        let taken = &rest[..length(rest.as_bytes()).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// The byte that comes after spaces and comments.
    fn skip_space(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                b'/' if bytes[self.at..].starts_with(b"// ") => drop(self.take(end_of_line)),
                other => return Some(*other),
            }
        }
    }

    fn is_next(&self, distance: usize, byte: u8) -> bool {
        self.text.as_bytes().get(self.at + distance) == Some(&byte)
    }

    fn fault(&self, what: &str) -> Unprintable {
        Unprintable(format!("what was printed {what}, at byte {}", self.at))
    }
}

fn node<'a>(kind: Kind<'a>, is_item: bool, spaces: &mut Spaces) -> Node<'a> {
    let (space, width) = match &kind {
        Kind::Word(word) => (spaces.word(word), Some(node::columns(word))),
        Kind::Operator(text) => (spaces.operator(text), Some(text.len())),
        Kind::Docs(_) | Kind::Attribute(_) => (spaces.line(), None),
        Kind::Group(brackets, inner) => (spaces.group(*brackets), width(*brackets, inner, is_item)),
    };
    Node { space, width, kind }
}

/// The width of a group. A block has a line for each of its statements, arms or items.
fn width(brackets: Brackets, inner: &[Node<'_>], is_item: bool) -> Option<usize> {
    let is_block = brackets == Brackets::Braces && !inner.is_empty();
    if is_block && (is_item || inner.iter().any(|node| node.is(";") || node.is("=>"))) {
        return None;
    }
    let pads = if is_block { 2 } else { 0 };
    node::width(node::without_last_comma(brackets, inner)).map(|width| width + pads + 2)
}

/// Items have blocks with a line for each element.
fn begins_item(word: &str) -> bool {
    matches!(word, "enum" | "fn" | "impl" | "mod" | "struct" | "trait")
}

fn is_of_word(byte: u8) -> bool {
    OF_WORDS[usize::from(byte)]
}

/// Which bytes names are made of.
const OF_WORDS: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        bytes[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        byte += 1;
    }
    bytes
};

/// Long ones have their digits in groups.
fn number(digits: &str) -> Cow<'_, str> {
    if digits.len() < 6 { digits.into() } else { grouped(digits).into() }
}

fn end_of_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// Where a number ends, which may have a point and an exponent.
fn end_of_number(bytes: &[u8]) -> Option<usize> {
    let is_part = |at: usize| match bytes[at] {
        b'.' => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        b'-' | b'+' => matches!(bytes[at - 1], b'e' | b'E') && !bytes.starts_with(b"0x"),
        byte => is_of_word(byte),
    };
    (1..bytes.len()).find(|at| !is_part(*at))
}

#[cfg(test)]
mod tests {
    use super::super::set_out;

    fn printed(code: &str, has_last_commas: bool) -> Option<String> {
        set_out(code, has_last_commas, |item| item).ok()
    }

    #[test]
    fn words_are_whole() {
        for (code, expected) in [
            ("a ( - 1.5e-7 , 1e30 , 0 .. 2 ) ;", "a(-1.5e-7, 1e30, 0..2);\n"),
            ("r#type (\"a\\\"(\" , b\"[\\\\\" , 1234567 ) ;", "r#type(\"a\\\"(\", b\"[\\\\\", 1_234_567);\n"),
            ("// this is\nuse a ; // all\n///  Of it.\nuse b ;", "use a;\n///  Of it.\nuse b;\n"),
        ] {
            assert_eq!(printed(code, false).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_open_is_told() {
        for code in ["a(", "a)", "[(])", "\"a", "#[a", "}", "\"\\\""] {
            assert_eq!(printed(code, false), None, "{code}");
        }
    }

    #[test]
    fn last_commas_are_left_out() {
        let code = "fn a(\n    b: C<\n        D,\n    >,\n) {}";
        assert_eq!(printed(code, true).as_deref(), Some("fn a(b: C<D>) {}\n"));
        assert_eq!(printed("a((b,));", false).as_deref(), Some("a((b,));\n"));
    }
}
