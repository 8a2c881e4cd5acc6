//! Tokens with what must be known to set them out: where spaces are, and how much room they take.

use std::borrow::Cow;

/// A token, a group of them, or a line of docs or attributes.
pub(in crate::render) struct Node<'a> {
    /// Whether there is a space before it, unless it begins a line.
    pub(super) space: bool,
    /// The columns that it takes on one line; `None` if it must be broken.
    pub(super) width: Option<usize>,
    pub(in crate::render) kind: Kind<'a>,
}

pub(in crate::render) enum Kind<'a> {
    /// A name, a literal or a lifetime.
    Word(Cow<'a, str>),
    /// An operator, a comma or a semicolon.
    Operator(&'a str),
    /// A line of docs, with its slashes.
    Docs(Cow<'a, str>),
    /// What an attribute says, which has a line of its own.
    Attribute(Vec<Node<'a>>),
    /// What is in brackets, or between the bars of a closure.
    Group(Brackets, Vec<Node<'a>>),
}

/// What a group is enclosed by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Brackets {
    Round,
    Square,
    Braces,
    Bars,
}

impl Brackets {
    pub(super) fn open(self) -> &'static str {
        match self {
            Self::Round => "(",
            Self::Square => "[",
            Self::Braces => "{",
            Self::Bars => "|",
        }
    }

    pub(super) fn close(self) -> &'static str {
        match self {
            Self::Round => ")",
            Self::Square => "]",
            Self::Braces => "}",
            Self::Bars => "|",
        }
    }
}

impl<'a> Node<'a> {
    /// A line of docs.
    pub(in crate::render) fn docs(line: String) -> Self {
        Self { space: false, width: None, kind: Kind::Docs(line.into()) }
    }

    /// An attribute of one word.
    pub(in crate::render) fn attribute(word: &'a str) -> Self {
        let word = Self { space: false, width: Some(word.len()), kind: Kind::Word(word.into()) };
        Self { space: false, width: None, kind: Kind::Attribute(vec![word]) }
    }

    /// The same with another word, if it is one.
    pub(in crate::render) fn with_word(self, word: String) -> Self {
        Self { width: Some(columns(&word)), kind: Kind::Word(word.into()), ..self }
    }

    pub(in crate::render) fn is(&self, operator: &str) -> bool {
        matches!(self.kind, Kind::Operator(text) if text == operator)
    }

    /// The name or the literal that it is.
    pub(in crate::render) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it is in these brackets.
    pub(super) fn is_in(&self, brackets: Brackets) -> bool {
        matches!(self.kind, Kind::Group(own, _) if own == brackets)
    }

    pub(in crate::render) fn is_block(&self) -> bool {
        self.is_in(Brackets::Braces)
    }

    /// Whether it has a line of its own, above what it belongs to.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.kind, Kind::Docs(_) | Kind::Attribute(_))
    }

    pub(super) fn must_break(&self) -> bool {
        self.width.is_none() && self.can_break()
    }

    pub(super) fn can_break(&self) -> bool {
        matches!(&self.kind, Kind::Group(brackets, inner) if *brackets != Brackets::Bars && !inner.is_empty())
    }

    /// Whether an item or a statement may begin with it, after a block.
    pub(super) fn begins(&self) -> bool {
        matches!(self.kind, Kind::Word(_)) || self.is_line()
    }
}

/// The columns that nodes take on one line; `None` if they must be broken.
pub(super) fn width(nodes: &[Node<'_>]) -> Option<usize> {
    let mut width = 0;
    for (index, node) in nodes.iter().enumerate() {
        width += node.width? + usize::from(node.space && index > 0);
    }
    Some(width)
}

/// The columns of a text in one line.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// A list without the comma that only a broken one has. A tuple of one needs its comma.
pub(super) fn without_last_comma<'n, 'a>(brackets: Brackets, inner: &'n [Node<'a>]) -> &'n [Node<'a>] {
    match inner {
        [rest @ .., last] if last.is(",") && brackets != Brackets::Round => rest,
        _ => inner,
    }
}
