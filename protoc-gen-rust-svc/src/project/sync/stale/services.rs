//! Disables the implementations of services that the contract no longer has.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Item;

use super::{
    calls::comment_out_calls,
    disable::{disable_statements, mentions},
    items::{active_functions, disable_file, disable_items, disable_program, disable_test},
};
use crate::{
    names::Ident,
    project::sync::{
        code::generated_traits,
        methods::{Changes, Sources},
    },
};

/// The folder of implementations.
const FOLDER: &str = "src/service/";

/// A service that the contract no longer has.
pub(super) struct RemovedService {
    /// The path of its trait below the generated code.
    pub(super) path: Vec<String>,
}

impl Changes {
    /// Disables the implementations of removed services, with the lines that serve and test them. `known` are the paths of all
    /// traits in the generated code.
    pub(in crate::project::sync) fn disable_removed_services(
        &mut self,
        sources: &Sources,
        known: &BTreeSet<Vec<String>>,
    ) {
        for (path, source) in sources.iter().filter(|(path, _)| path.starts_with("src/")) {
            let removed = generated_traits(source).into_iter().filter(|(implemented, _)| !known.contains(implemented));
            for (implemented, own) in removed {
                let removed = RemovedService { path: implemented };
                let name = removed.name();
                match module_of(path) {
                    Some(module) if self.disable_module(sources, path, module, &removed) => {
                        self.stop_serving(sources, &own, &removed);
                    }
                    _ => self.notes.push(format!(
                        "{path}: the contract no longer has {name}: remove its implementation and the lines that use it"
                    )),
                }
                self.disable_tests(sources, &removed);
            }
        }
    }

    /// Disables the file of an implementation, and the line that exports its type.
    fn disable_module(&mut self, sources: &Sources, path: &str, module: &str, removed: &RemovedService) -> bool {
        let reason = format!("{}: move its code to another service, or remove the file", removed.reason());
        let Some(text) = disable_file(&self.current(sources, path), &reason) else { return false };
        self.change(path.to_owned(), text, &format!("disabled, {}", removed.reason()));
        let index = format!("{FOLDER}mod.rs");
        let exports = |item: &Item| matches!(item, Item::Use(item) if mentions(item.to_token_stream(), module));
        let disabled = disable_items(&self.current(sources, &index), &removed.reason(), exports);
        self.change_if(index, disabled, &format!("{module} disabled"));
        true
    }

    /// Removes the service from the server.
    fn stop_serving(&mut self, sources: &Sources, own: &str, removed: &RemovedService) {
        let (root, reason) = ("src/lib.rs", removed.reason());
        let source = self.current(sources, root);
        let uncalled = comment_out_calls(&source, "server", &reason, |call| removed.is_in(&call.to_string(), &call));
        let unserved = uncalled.unwrap_or(source);
        let disabled = disable_statements(&unserved, "server", &reason, |tokens| mentions(tokens, own));
        self.change_if(root.to_owned(), Some(disabled.unwrap_or(unserved)), &format!("{own} disabled"));
    }

    /// Disables the tests and the example of a service.
    pub(super) fn disable_tests(&mut self, sources: &Sources, removed: &RemovedService) {
        let reason = removed.reason();
        for path in sources.keys().filter(|path| path.starts_with("tests/")) {
            for test in active_functions(&self.current(sources, path)) {
                let test = test.sig.ident.to_string();
                let source = self.current(sources, path);
                let disabled = disable_test(&source, &test, &reason, |body| removed.is_in(&source, &body));
                self.change_if(path.clone(), disabled, &format!("{test} disabled"));
            }
        }
        for path in sources.keys().filter(|path| path.starts_with("examples/")) {
            let source = self.current(sources, path);
            let is_stale = source.parse().is_ok_and(|tokens| removed.is_in(&source, &tokens)) && !is_empty(&source);
            let disabled = is_stale.then(|| disable_program(&source, &reason)).flatten();
            self.change_if(path.clone(), disabled, "disabled");
        }
    }

    /// Changes a file, if there is something to change.
    pub(super) fn change_if(&mut self, path: String, text: Option<String>, note: &str) {
        if let Some(text) = text {
            self.change(path, text, note);
        }
    }
}

impl RemovedService {
    /// Its name, as the contract had it.
    fn name(&self) -> String {
        self.path.iter().map(|segment| segment.trim_start_matches("r#")).collect::<Vec<_>>().join(".")
    }

    pub(super) fn reason(&self) -> String {
        format!("the contract no longer has {}", self.name())
    }

    /// Returns whether code uses the service, where `file` imports or names its package.
    pub(super) fn is_in(&self, file: &str, code: &TokenStream) -> bool {
        let Some((service, package)) = self.path.split_last() else { return false };
        let snake = Ident::snake(service);
        let names = [service.clone(), format!("{service}Client"), format!("{service}Fake")].into_iter();
        let mut names = names.chain(["adapter", "gateway"].map(|part| format!("{}_{part}", snake.plain())));
        has_path(file, &format!("generated::{}::", package.join("::")))
            && names.any(|name| mentions(code.clone(), &name))
    }
}

/// Returns whether a text has a path, also with `as` or the end of the statement behind it.
fn has_path(text: &str, path: &str) -> bool {
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" :: ", "::");
    let alone = path.trim_end_matches("::");
    words.contains(path) || [" as ", ";", "::{"].iter().any(|end| words.contains(&format!("{alone}{end}")))
}

/// The module of a file that `new` made for a service.
fn module_of(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(".rs").filter(|module| *module != "mod" && !module.contains('/'))
}

/// Returns whether all items of a program but an empty `main` are disabled.
fn is_empty(source: &str) -> bool {
    syn::parse_file(source).is_ok_and(|file| {
        file.items.iter().any(|item| matches!(item, Item::Fn(function) if function.block.stmts.is_empty()))
    })
}
