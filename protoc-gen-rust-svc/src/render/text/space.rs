//! Where there is a space between two tokens.

use super::node::Brackets;

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

impl Spaces {
    /// True where a value, a type or a pattern begins.
    pub(super) fn is_prefix(&self) -> bool {
        self.before != Before::Operand
    }

    /// Whether there is a space before a name or a literal.
    pub(super) fn word(&mut self, text: &str) -> bool {
        let after = if is_keyword(text) || text.starts_with('\'') { Before::Keyword } else { Before::Operand };
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
    pub(super) fn group(&mut self, brackets: Brackets) -> bool {
        let after = if brackets == Brackets::Bars { Before::Operator } else { Before::Operand };
        let before = std::mem::replace(&mut self.before, after);
        match brackets {
            Brackets::Braces | Brackets::Bars => before != Before::Tight,
            Brackets::Round | Brackets::Square => matches!(before, Before::Keyword | Before::Operator),
        }
    }

    /// What begins a line has none before it, nor has what comes after.
    pub(super) fn line(&mut self) -> bool {
        *self = Self::default();
        false
    }
}

/// Whether a name, a type, a value or a pattern comes after a word.
#[rustfmt::skip]
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "as" | "const" | "dyn" | "else" | "enum" | "fn" | "for" | "if" | "impl" | "in" | "let" | "match" | "mod"
        | "move" | "mut" | "pub" | "return" | "struct" | "trait" | "type" | "use" | "where"
    )
}
