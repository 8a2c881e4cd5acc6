//! Disables the clients of services that the contract no longer has.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, ItemFn};

use super::{
    calls::comment_out_calls,
    disable::{disable_function, mentions, with_line},
    services::RemovedService,
};
use crate::project::sync::{
    methods::{Changes, Sources},
    target::{DISABLED, is_disabled},
};

const CLIENTS: &str = "src/clients.rs";
const DEPENDENCIES: &str = "src/dependencies.rs";
const IN_TESTS: &str = "tests/common/mod.rs";
const ROOT: &str = "src/lib.rs";

impl Changes {
    /// Disables the clients of removed services, and what the gateway and its tests need of them. `known` are the paths of all traits
    /// in the generated code.
    pub(in crate::project::sync) fn disable_removed_clients(
        &mut self,
        sources: &Sources,
        known: &BTreeSet<Vec<String>>,
    ) {
        for (function, path) in clients(&self.current(sources, CLIENTS)) {
            if known.contains(&path) {
                continue;
            }
            let removed = RemovedService { path };
            let reason = removed.reason();
            let disabled = disable_function(&self.current(sources, CLIENTS), &function, &reason, |_| true);
            self.change_if(CLIENTS.to_owned(), disabled, &format!("{function} disabled"));
            let uncalled = comment_out_calls(&self.current(sources, ROOT), "server", &reason, |call| {
                removed.is_in(&call.to_string(), &call) && mentions(call, &function)
            });
            self.change_if(ROOT.to_owned(), uncalled, &format!("{function} disabled"));
            for path in [DEPENDENCIES, IN_TESTS] {
                let disabled = disable_fields(&self.current(sources, path), &function, &reason);
                self.change_if(path.to_owned(), disabled, &format!("{function} disabled"));
            }
            self.disable_tests(sources, &removed);
        }
    }
}

/// Returns the path of the trait of each client, below the generated code.
pub(in crate::project::sync) fn client_traits(source: &str) -> BTreeSet<Vec<String>> {
    clients(source).into_iter().map(|(_, path)| path).collect()
}

/// Returns the name of each function that makes a client, and the path of the trait that it returns.
fn clients(source: &str) -> Vec<(String, Vec<String>)> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    let client = |function: &ItemFn| {
        let returned = trait_object(function.sig.output.to_token_stream())?;
        (!is_disabled(&function.attrs)).then(|| (function.sig.ident.to_string(), returned))
    };
    let functions = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) => client(function),
        _ => None,
    });
    functions.collect()
}

/// Returns the path below the generated code of a trait that is named behind `dyn`.
fn trait_object(tokens: TokenStream) -> Option<Vec<String>> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let start = tokens.iter().position(|token| matches!(token, TokenTree::Ident(ident) if ident == "generated"))?;
    let is_path = |token: &&TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    };
    let path = tokens[start + 1..].iter().take_while(is_path).filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    Some(path.collect())
}

/// Disables the field of a struct with its comment, and its values. Returns `None` if there are none.
fn disable_fields(source: &str, field: &str, reason: &str) -> Option<String> {
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let is_field = |line: &usize| {
        let declared = lines[*line].strip_prefix("pub ").unwrap_or(lines[*line]).starts_with(&format!("{field}: "));
        declared && !lines[..*line].last().is_some_and(|before| before.starts_with(DISABLED))
    };
    let above_comment =
        |line: usize| (0..line).rev().take_while(|line| lines[*line].starts_with("///")).last().unwrap_or(line);
    let places = (0..lines.len()).filter(is_field).map(above_comment);
    let places: Vec<_> = places.filter(|place| *place == 0 || !lines[place - 1].starts_with(DISABLED)).collect();
    let disabled = format!("{DISABLED} // {reason}");
    let text = places.iter().rev().try_fold(source.to_owned(), |text, line| with_line(&text, *line, &disabled))?;
    (!places.is_empty() && syn::parse_file(&text).is_ok()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{clients, disable_fields};

    const CLIENTS: &str = "pub fn stock(s: &S) -> Result<Arc<dyn crate::generated::stock::v1::StockService>, String> {}\n\
                           fn connect() {}\n";

    #[test]
    fn clients_are_found_by_what_they_return() {
        let path = ["stock", "v1", "StockService"].map(str::to_owned).to_vec();
        assert_eq!(clients(CLIENTS), [("stock".to_owned(), path)]);
        assert_eq!(clients(&format!("#[cfg(false)]\n{CLIENTS}")), []);
    }

    #[test]
    fn fields_and_their_values_are_disabled() {
        let source = "struct D {\n    /// The stock.\n    pub stock: A,\n    pub stocks: A,\n}\nfn f() {\n    D {\n        stock: a,\n        stocks: a,\n    }\n}\n";
        let expected = source
            .replace("    /// The", "    #[cfg(false)] // gone\n    /// The")
            .replace("        stock:", "        #[cfg(false)] // gone\n        stock:");
        assert_eq!(disable_fields(source, "stock", "gone").as_deref(), Some(expected.as_str()));
        assert_eq!(disable_fields(&expected, "stock", "gone"), None);
    }
}
