//! The syntax of CEL: operands and operators alternate, and brackets are closed.

use super::tokens::CelToken;

/// The operators between two operands.
const BINARY: [&str; 14] = ["&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "in"];

/// Checks an expression.
pub(super) fn check_syntax(tokens: &[CelToken<'_>]) -> Result<(), String> {
    let mut state = SyntaxState { expected: Expected::Operand { can_close: false }, open: Vec::new() };
    for token in tokens {
        state.expected = state.after(*token).ok_or_else(|| format!("unexpected `{}`", token.text()))?;
    }
    match (state.open.last(), state.expected) {
        (None, Expected::Operator { .. }) => Ok(()),
        (Some(&"?"), Expected::Operator { .. }) => Err("`?` without `:`".to_owned()),
        (Some(bracket), Expected::Operator { .. }) => Err(format!("`{bracket}` is not closed")),
        _ => Err("it ends too early".to_owned()),
    }
}

/// The tokens that may follow.
#[derive(Clone, Copy)]
enum Expected {
    /// A value, or the end of an empty list.
    Operand { can_close: bool },
    /// The name of a field or function, after a dot.
    Name,
    /// An operator, a bracket or the end. Only after a name, a bracket is a call or a message.
    Operator { is_name: bool },
}

/// The state between two tokens.
struct SyntaxState {
    expected: Expected,
    /// The open brackets and conditions.
    open: Vec<&'static str>,
}

impl SyntaxState {
    /// Returns what follows a token. Returns `None` if no expression has it here.
    fn after(&mut self, token: CelToken<'_>) -> Option<Expected> {
        match (self.expected, token) {
            (Expected::Operand { .. } | Expected::Name, CelToken::Name(_)) => {
                Some(Expected::Operator { is_name: true })
            }
            (Expected::Operand { .. }, CelToken::Literal(_)) => Some(Expected::Operator { is_name: false }),
            (Expected::Operand { can_close }, CelToken::Symbol(symbol)) => self.after_prefix(symbol, can_close),
            // An optional field.
            (Expected::Name, CelToken::Symbol("?")) => Some(Expected::Name),
            (Expected::Operator { is_name }, CelToken::Symbol(symbol)) => self.after_operator(symbol, is_name),
            _ => None,
        }
    }

    fn after_prefix(&mut self, symbol: &'static str, can_close: bool) -> Option<Expected> {
        match symbol {
            "!" | "-" => Some(Expected::Operand { can_close: false }),
            "." => Some(Expected::Name),
            "(" | "[" | "{" => Some(self.enter(symbol)),
            // An optional index or entry.
            "?" if can_close => Some(Expected::Operand { can_close: false }),
            _ if can_close => self.leave(symbol),
            _ => None,
        }
    }

    fn after_operator(&mut self, symbol: &'static str, is_name: bool) -> Option<Expected> {
        match symbol {
            "." => Some(Expected::Name),
            "[" | "?" => Some(self.enter(symbol)),
            "(" | "{" if is_name => Some(self.enter(symbol)),
            ":" => self.divide(),
            "," => self.separate(),
            _ if BINARY.contains(&symbol) => Some(Expected::Operand { can_close: false }),
            _ => self.leave(symbol),
        }
    }

    fn enter(&mut self, bracket: &'static str) -> Expected {
        self.open.push(bracket);
        Expected::Operand { can_close: bracket != "?" }
    }

    fn leave(&mut self, bracket: &str) -> Option<Expected> {
        let open = match bracket {
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => return None,
        };
        self.open.pop_if(|last| *last == open)?;
        Some(Expected::Operator { is_name: false })
    }

    /// Takes the `:` of a condition or of an entry.
    fn divide(&mut self) -> Option<Expected> {
        let is_condition = self.open.pop_if(|last| *last == "?").is_some();
        let is_entry = self.open.last() == Some(&"{");
        (is_condition || is_entry).then_some(Expected::Operand { can_close: false })
    }

    /// Takes a comma, which a bracket may follow.
    fn separate(&self) -> Option<Expected> {
        let is_listed = matches!(self.open.last(), Some(&("(" | "[" | "{")));
        is_listed.then_some(Expected::Operand { can_close: true })
    }
}

#[cfg(test)]
mod tests {
    use super::check_syntax;
    use crate::check::cel::tokens::tokens;

    fn checked(expression: &str) -> Result<(), String> {
        tokens(expression).and_then(|tokens| check_syntax(&tokens))
    }

    #[test]
    fn expressions_are_accepted() {
        for expression in [
            "true",
            "this.items.all(item, item.price <= this.total)",
            "!(-this.x[0].y >= 0x1F || !has(this.z)) ? '' : this.a ? 'b' : \"c\"",
            "[1, 2u, 3.5e-3, .5,] == [] && {'a': 1, \"b\": [2]}['a'] == 1 && {} != {1: {}}",
            "google.protobuf.Duration{seconds: 1} < duration('1s')",
            "this.?name.orValue('x') == this.names[?0].or({?'a': this.?b}.a)",
            "this in [r'\\', b'\\'', '''a'b''', rb\"\"\"c\"\"\"] // the end",
            ".global.f() - -1 != 2",
            "rule.all(it, this % it == 0) ? '' : 'must be a multiple of %s'.format([rule])",
        ] {
            assert_eq!(checked(expression), Ok(()), "{expression}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (expression, expected) in [
            ("", "it ends too early"),
            ("this.", "it ends too early"),
            ("this.size(", "it ends too early"),
            ("(this", "`(` is not closed"),
            ("this ? 1", "`?` without `:`"),
            ("this)", "unexpected `)`"),
            ("(this]", "unexpected `]`"),
            ("this = 1", "unexpected `=`"),
            ("this & 1", "unexpected `&`"),
            ("this == 'a", "unterminated string"),
            ("a b", "unexpected `b`"),
            ("a && && b", "unexpected `&&`"),
            ("1 2", "unexpected `2`"),
            ("a, b", "unexpected `,`"),
            ("f(a: b)", "unexpected `:`"),
            ("a.1", "unexpected `.1`"),
            ("this == \u{2018}a\u{2019}", "unexpected `\u{2018}`"),
        ] {
            assert_eq!(checked(expression), Err(expected.to_owned()), "{expression}");
        }
    }
}
