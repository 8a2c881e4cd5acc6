//! Tokens with what must be known to set them out: where spaces are, and how much room they take.

use std::{
    fmt::{Display, Write as _},
    iter::Peekable,
    ops::Range,
};

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree, token_stream};

use super::space::Spaces;
use crate::model::grouped;

type Tokens = Peekable<token_stream::IntoIter>;

/// The nodes of tokens, and their words.
#[derive(Default)]
pub(super) struct Nodes {
    words: String,
}

/// A token, a group of them, or a line of docs or attributes.
pub(super) struct Node {
    /// Whether there is a space before it, unless it begins a line.
    pub(super) space: bool,
    /// The columns that it takes on one line; `None` if it must be broken.
    width: Option<usize>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// A name, a literal or a lifetime: where it lies among the words.
    Word(Range<usize>),
    /// An operator, a comma or a semicolon.
    Operator(&'static str),
    /// Docs or an attribute, which have a line of their own.
    Line(String),
    /// Brackets, or the bars of a closure.
    Group {
        open: &'static str,
        close: &'static str,
        inner: Vec<Node>,
        /// Whether it is broken, even if it fits in a line.
        breaks: bool,
    },
}

/// Items, whose blocks have a line for each element.
const ITEMS: [&str; 6] = ["enum", "fn", "impl", "mod", "struct", "trait"];

impl Node {
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(self.kind, Kind::Operator(text) if text == operator)
    }

    /// Whether it is in these brackets.
    pub(super) fn is_group(&self, bracket: &str) -> bool {
        matches!(self.kind, Kind::Group { open, .. } if open == bracket)
    }

    pub(super) fn is_block(&self) -> bool {
        self.is_group("{")
    }

    pub(super) fn must_break(&self) -> bool {
        self.width.is_none() && self.can_break()
    }

    pub(super) fn can_break(&self) -> bool {
        matches!(&self.kind, Kind::Group { open, inner, .. } if *open != "|" && !inner.is_empty())
    }

    /// Whether an item or a statement may begin with it, after a block.
    pub(super) fn begins(&self) -> bool {
        matches!(self.kind, Kind::Word(_) | Kind::Line(_))
    }
}

/// The columns that nodes take on one line; `None` if they must be broken.
pub(super) fn width(nodes: &[Node]) -> Option<usize> {
    let spaces = nodes.iter().skip(1).filter(|node| node.space).count();
    nodes.iter().map(|node| node.width).sum::<Option<usize>>().map(|width| width + spaces)
}

/// A list without the comma that only a broken one has. A tuple of one needs its comma.
pub(super) fn without_last_comma<'a>(open: &str, inner: &'a [Node]) -> &'a [Node] {
    match inner {
        [rest @ .., last] if last.is(",") && open != "(" => rest,
        _ => inner,
    }
}

impl Nodes {
    /// What a word is.
    pub(super) fn word(&self, word: &Range<usize>) -> &str {
        &self.words[word.clone()]
    }

    /// The nodes of tokens; those of a file or of braces may have docs and attributes among them.
    pub(super) fn read(&mut self, tokens: TokenStream, has_lines: bool) -> Vec<Node> {
        let mut tokens = tokens.into_iter().peekable();
        let mut nodes = Vec::with_capacity(tokens.size_hint().0);
        let mut spaces = Spaces::default();
        let mut is_item = false;
        while let Some(token) = tokens.next() {
            let kind = match token {
                TokenTree::Ident(ident) => self.add(&ident),
                TokenTree::Literal(literal) => self.add(&grouped(literal)),
                TokenTree::Punct(punct) => match punct.as_char() {
                    '#' if has_lines => self.line(&mut tokens),
                    '|' if spaces.is_prefix() => self.parameters(&mut tokens),
                    '\'' => self.lifetime(&mut tokens),
                    _ => Kind::Operator(operator(&punct, &mut tokens)),
                },
                TokenTree::Group(group) => self.group(group, is_item),
            };
            is_item = match &kind {
                Kind::Word(word) => is_item || ITEMS.contains(&self.word(word)),
                Kind::Group { open, .. } => is_item && *open != "{",
                Kind::Operator(_) | Kind::Line(_) => is_item,
            };
            nodes.push(self.node(kind, &mut spaces));
        }
        nodes
    }

    fn node(&self, kind: Kind, spaces: &mut Spaces) -> Node {
        let (space, width) = match &kind {
            Kind::Word(word) => {
                let text = self.word(word);
                (spaces.word(text), Some(text.chars().count()))
            }
            Kind::Operator(text) => (spaces.operator(text), Some(text.len())),
            Kind::Line(_) => (spaces.line(), None),
            Kind::Group { open, close, inner, breaks } => {
                let pads = if *open == "{" && !inner.is_empty() { 2 } else { 0 };
                let inner = width(without_last_comma(open, inner)).filter(|_| !breaks);
                (spaces.group(open), inner.map(|inner| inner + open.len() + close.len() + pads))
            }
        };
        Node { space, width, kind }
    }

    fn add(&mut self, word: &impl Display) -> Kind {
        let start = self.words.len();
        // A string takes all that is written to it.
        let _ = write!(self.words, "{word}");
        Kind::Word(start..self.words.len())
    }

    fn lifetime(&mut self, tokens: &mut Tokens) -> Kind {
        match tokens.next() {
            Some(TokenTree::Ident(ident)) => self.add(&format_args!("'{ident}")),
            _ => Kind::Operator("'"),
        }
    }

    /// A block has a line for each of its statements, arms or items.
    fn group(&mut self, group: Group, is_item: bool) -> Kind {
        let (open, close) = match group.delimiter() {
            Delimiter::Brace => ("{", "}"),
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        let tokens = group.stream();
        // Tokens that nobody else holds are taken, not copied.
        drop(group);
        let inner = self.read(tokens, open == "{");
        let is_broken = || is_item || inner.iter().any(|node| node.is(";") || node.is("=>"));
        let breaks = open == "{" && !inner.is_empty() && is_broken();
        Kind::Group { open, close, inner, breaks }
    }

    /// The parameters of a closure, which has a bar behind them.
    fn parameters(&mut self, tokens: &mut Tokens) -> Kind {
        let is_bar = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '|');
        let inner: TokenStream = std::iter::from_fn(|| tokens.next().filter(|token| !is_bar(token))).collect();
        Kind::Group { open: "|", close: "|", inner: self.read(inner, false), breaks: false }
    }

    /// What comes after a `#`: an attribute, or the docs that it stands for.
    fn line(&mut self, tokens: &mut Tokens) -> Kind {
        let Some(TokenTree::Group(group)) = tokens.next() else { return Kind::Operator("#") };
        let start = self.words.len();
        let inner = self.read(group.stream(), false);
        let text = self.docs(&inner).unwrap_or_else(|| format!("#[{}]", super::line(self, &inner)));
        self.words.truncate(start);
        Kind::Line(text)
    }

    fn docs(&self, attribute: &[Node]) -> Option<String> {
        match attribute {
            [Node { kind: Kind::Word(name), .. }, _, Node { kind: Kind::Word(literal), .. }]
                if self.word(name) == "doc" =>
            {
                unquoted(self.word(literal))
            }
            _ => None,
        }
    }
}

/// An operator, with all its tokens.
fn operator(first: &Punct, tokens: &mut Tokens) -> &'static str {
    let next = match tokens.peek() {
        Some(TokenTree::Punct(next)) if first.spacing() == Spacing::Joint => next.as_char(),
        _ => ' ',
    };
    let (operator, is_double) = match (first.as_char(), next) {
        (':', ':') => ("::", true),
        ('-', '>') => ("->", true),
        ('=', '>') => ("=>", true),
        ('.', '.') => ("..", true),
        ('&', '&') => ("&&", true),
        ('|', '|') => ("||", true),
        ('=', '=') => ("==", true),
        ('!', '=') => ("!=", true),
        (single, _) => (self::single(single), false),
    };
    if is_double {
        tokens.next();
    }
    operator
}

/// The characters that are tokens by themselves.
fn single(character: char) -> &'static str {
    const ALL: &str = "!#$%&*+,-./:;<=>?@^|~";
    ALL.find(character).map_or("", |at| &ALL[at..=at])
}

/// What the literal of a comment says, as docs, if it is one line.
fn unquoted(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix("r\"") {
        return raw.strip_suffix('"').map(|text| format!("///{text}"));
    }
    let mut docs = String::with_capacity(literal.len() + 1);
    docs.push_str("///");
    let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(character) = rest.next() {
        docs.push(match character {
            '\\' => match rest.next()? {
                't' => '\t',
                quoted @ ('\\' | '"' | '\'') => quoted,
                _ => return None,
            },
            plain => plain,
        });
    }
    Some(docs)
}
