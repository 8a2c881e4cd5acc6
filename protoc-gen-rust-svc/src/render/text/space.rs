//! Where there is a space between two tokens.

/// What came before a token.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// Nothing, or what holds on to the token after it.
    #[default]
    Tight,
    /// The end of a name, a value or a type.
    Operand,
    /// A keyword or a lifetime that a name, a type or a pattern comes after.
    Keyword,
    /// An operator, a comma or a colon.
    Operator,
}

/// The tokens of one group, up to some point.
#[derive(Default)]
pub(super) struct Spaces {
    before: Before,
}

const KEYWORDS: [&str; 22] = [
    "as", "const", "dyn", "else", "enum", "fn", "for", "if", "impl", "in", "let", "match", "mod", "move", "mut", "pub",
    "return", "struct", "trait", "type", "use", "where",
];

impl Spaces {
    /// True where a value, a type or a pattern begins.
    pub(super) fn is_prefix(&self) -> bool {
        self.before != Before::Operand
    }

    /// Whether there is a space before a name or a literal.
    pub(super) fn word(&mut self, text: &str) -> bool {
        let is_keyword = KEYWORDS.contains(&text) || text.starts_with('\'') && !text.ends_with('\'');
        let after = if is_keyword { Before::Keyword } else { Before::Operand };
        std::mem::replace(&mut self.before, after) != Before::Tight
    }

    /// Whether there is a space before an operator.
    pub(super) fn operator(&mut self, text: &str) -> bool {
        let before = self.before;
        let is_apart = before != Before::Tight;
        let (space, after) = match text {
            "::" => (matches!(before, Before::Keyword | Before::Operator), Before::Tight),
            "." => (false, Before::Tight),
            ".." | "<" => (before == Before::Operator, Before::Tight),
            "," | ";" | ":" => (false, Before::Operator),
            "?" | ">" => (false, Before::Operand),
            "!" if before == Before::Operand => (false, Before::Tight),
            "&" => (is_apart, Before::Tight),
            "*" | "-" | "!" | "&&" if self.is_prefix() => (is_apart, Before::Tight),
            _ => (is_apart, Before::Operator),
        };
        self.before = after;
        space
    }

    /// Whether there is a space before a group.
    pub(super) fn group(&mut self, open: &str) -> bool {
        let after = if open == "|" { Before::Operator } else { Before::Operand };
        let before = std::mem::replace(&mut self.before, after);
        match open {
            "{" | "|" => before != Before::Tight,
            _ => matches!(before, Before::Keyword | Before::Operator),
        }
    }

    /// What begins a line has none before it, nor has what comes after.
    pub(super) fn line(&mut self) -> bool {
        *self = Self::default();
        false
    }
}
