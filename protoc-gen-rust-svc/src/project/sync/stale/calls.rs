//! Comments out calls of a chain, which no attribute can disable.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Expr, Stmt};

use crate::project::sync::target::function_named;

/// Comments out the calls of the chain at the end of a function that use something. Returns `None` if there are none.
pub(super) fn comment_out_calls(
    source: &str,
    function: &str,
    reason: &str,
    uses: impl Fn(TokenStream) -> bool,
) -> Option<String> {
    let mut text = source.to_owned();
    while let Some(changed) = comment_out_first(&text, function, reason, &uses) {
        text = changed;
    }
    (text != source).then_some(text)
}

/// Comments out the first calls in a row.
fn comment_out_first(source: &str, function: &str, reason: &str, uses: impl Fn(TokenStream) -> bool) -> Option<String> {
    let before = calls(source, function)?;
    let is_stale: Vec<bool> = before.iter().map(|call| uses(call.clone())).collect();
    let start = is_stale.iter().position(|is_stale| *is_stale)?;
    let count = is_stale[start..].iter().take_while(|is_stale| **is_stale).count();
    let mut expected: Vec<_> = before.iter().map(ToString::to_string).collect();
    expected.drain(start..start + count);
    let is_expected = |text: &String| {
        calls(text, function).is_some_and(|calls| calls.iter().map(ToString::to_string).eq(expected.iter().cloned()))
    };
    let lines: Vec<_> = source.split_inclusive('\n').collect();
    let first = (0..lines.len()).filter(|line| lines[*line].trim_start().starts_with('.'));
    let ranges = first.flat_map(|first| (first..lines.len()).map(move |last| (first, last)));
    ranges.map(|(first, last)| commented_out(&lines, first, last, reason)).find(is_expected)
}

fn commented_out(lines: &[&str], first: usize, last: usize, reason: &str) -> String {
    let indentation: String = lines[first].chars().take_while(|each| [' ', '\t'].contains(each)).collect();
    let [before, inner, after] = [&lines[..first], &lines[first..=last], &lines[last + 1..]].map(|part| part.concat());
    format!("{before}{indentation}/* {reason}\n{inner}{indentation}*/\n{after}")
}

/// Returns the name and the arguments of each call in the chain at the end of a function.
fn calls(source: &str, function: &str) -> Option<Vec<TokenStream>> {
    let file = syn::parse_file(source).ok()?;
    let Stmt::Expr(expression, None) = function_named(&file, function)?.block.stmts.last()? else { return None };
    let mut calls = Vec::new();
    let mut expression = expression;
    while let Expr::MethodCall(call) = expression {
        let mut tokens = call.method.to_token_stream();
        tokens.extend(call.args.to_token_stream());
        calls.push(tokens);
        expression = &call.receiver;
    }
    calls.push(expression.to_token_stream());
    calls.reverse();
    Some(calls)
}

#[cfg(test)]
mod tests {
    use super::comment_out_calls;
    use crate::project::sync::stale::disable::mentions;

    #[test]
    fn calls_in_a_row_are_commented_out_together() {
        let source = "fn server() -> Server {\n    let a = 1;\n    Server::new()\n        .adapter(f(a)) // ours\n        \
                      .adapter(\n            g(b),\n        )\n        .gateway(h(b))\n        .end()\n}\n";
        let text = comment_out_calls(source, "server", "gone", |call| mentions(call, "b")).expect("calls");
        let expected = source
            .replace("        .adapter(\n", "        /* gone\n        .adapter(\n")
            .replace("(h(b))\n", "(h(b))\n        */\n");
        assert_eq!(text, expected);
        assert_eq!(comment_out_calls(&text, "server", "gone", |call| mentions(call, "b")), None);
    }
}
