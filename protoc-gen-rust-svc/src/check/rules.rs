//! Rules of `buf.validate` that the runtime does not understand.

use super::cel;
use crate::{
    diagnostics::Diagnostics,
    model::{Rule, RuleKind},
};

/// Reports rules that would fail each request or that are not checked.
pub(super) fn check_rules<'a>(rules: impl IntoIterator<Item = &'a Rule>, diagnostics: &mut Diagnostics) {
    for Rule { kind, position } in rules {
        for (text, help) in problems(kind) {
            diagnostics.warning("W0503", position, text).help(help);
        }
    }
}

fn problems(kind: &RuleKind) -> Vec<(String, &'static str)> {
    match kind {
        RuleKind::Cel(expression) => cel::problems(expression),
        RuleKind::Unsupported(text) => {
            vec![(format!("unsupported {text}"), "remove it, or write a rule that the runtime checks")]
        }
    }
}
