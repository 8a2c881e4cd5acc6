//! Finds code that nothing uses any more.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Stmt;

use super::disable::{mentions, names};
use crate::project::sync::target::{function_named, is_disabling};

/// Returns whether a function binds a name that only disabled statements use.
pub(super) fn is_unused(source: &str, function: &str) -> bool {
    let Ok(file) = syn::parse_file(source) else { return false };
    let Some(function) = function_named(&file, function) else { return false };
    let is_active = |statement: &&Stmt| !is_disabling(&statement.to_token_stream().to_string());
    let (active, disabled): (Vec<_>, Vec<_>) = function.block.stmts.iter().partition(is_active);
    let is_used_by =
        |statements: &[&Stmt], name: &str| statements.iter().any(|statement| uses(&statement.to_token_stream(), name));
    active.iter().enumerate().any(|(index, statement)| {
        let Stmt::Local(local) = statement else { return false };
        names(local.pat.to_token_stream())
            .iter()
            .any(|name| is_used_by(&disabled, name) && !is_used_by(&active[index + 1..], name))
    })
}

/// Returns whether tokens have a name, or a text with its value.
fn uses(tokens: &TokenStream, name: &str) -> bool {
    mentions(tokens.clone(), name) || tokens.to_string().contains(&format!("{{{name}"))
}

#[cfg(test)]
mod tests {
    use super::is_unused;

    #[test]
    fn names_that_only_disabled_statements_use_are_unused() {
        let function = "fn test() {\n    let a = 1;\n    let b: T = a;\n    use_of(b);\n}\n";
        assert!(!is_unused(function, "test") && !is_unused(function, "other"));
        let disabled = function.replace("use_of", "#[cfg(false)]\n    use_of");
        assert!(is_unused(&disabled, "test"));
        assert!(!is_unused(&disabled.replace("}\n", "    println!(\"{b:?}\");\n}\n"), "test"));
    }
}
