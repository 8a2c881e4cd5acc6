//! Reasons why the runtime cannot evaluate a CEL rule.

use super::{functions::unknown, syntax::check_syntax, tokens::tokens};

/// Returns what is wrong with an expression, each with a help.
pub(in crate::check) fn problems(expression: &str) -> Vec<(String, &'static str)> {
    let checked = tokens(expression).and_then(|tokens| check_syntax(&tokens).map(|()| tokens));
    match checked {
        Ok(tokens) => unknown(&tokens).into_iter().map(unknown_function).collect(),
        Err(error) => {
            let help = "correct it; until then, each request that it applies to fails";
            vec![(format!("invalid CEL expression: {error}"), help)]
        }
    }
}

fn unknown_function(name: &str) -> (String, &'static str) {
    let help = "use a known function such as `matches`; `protoc-gen-rust-svc explain W0503` lists them";
    (format!("unknown function `{name}` in a CEL rule"), help)
}
