//! Disables methods that the contract removed or changed.

use minijinja::Value;
use proc_macro2::TokenStream;

use super::{
    disable::{disable_function, disable_method, disable_statements, mentions},
    items::{disable_program, disable_test},
    unused::is_unused,
};
use crate::project::sync::{
    code::Implementation,
    methods::{Changes, Sources, test_name, text},
    signature::MethodTypes,
};

/// The tests of all methods.
const WIRE_TESTS: &str = "tests/wire.rs";

/// The tests that call a method of one client.
const CLIENT_TESTS: [(&str, &str); 2] =
    [("tests/process.rs", "calls_are_logged_and_counted"), ("tests/tls.rs", "calls_are_encrypted")];

/// A method of the code that the contract removed or changed.
struct StaleMethod {
    ident: String,
    is_removed: bool,
}

impl Changes {
    /// Disables the methods of an implementation that the contract removed or changed, and their tests.
    pub(in crate::project::sync) fn disable_stale(&mut self, sources: &Sources, path: &str, service: &Value) {
        let (trait_name, name) = (text(service, "trait_name"), text(service, "name"));
        let Some(code) = Implementation::read(&self.current(sources, path), &trait_name) else { return };
        for method in stale_methods(&code, service) {
            let StaleMethod { ident, is_removed } = &method;
            let (reason, advice) = match is_removed {
                true => (
                    format!("{name} no longer has it: move its code to another method, or remove it"),
                    "no longer in the contract",
                ),
                false => (
                    format!("{name} has other types now: move its code to the new `{ident}`"),
                    "has other types in the contract",
                ),
            };
            let source = self.current(sources, path);
            match disable_method(&source, &trait_name, ident, &reason) {
                Some(changed) => self.change(path.to_owned(), changed, &format!("{ident} {advice}: disabled")),
                None => self.notes.push(format!("{path}: {ident} {advice}: change it")),
            }
            self.disable_uses(sources, service, &method);
        }
    }

    /// Disables the statements and functions that use a method, in the tests and the example that `new` made.
    fn disable_uses(&mut self, sources: &Sources, service: &Value, method: &StaleMethod) {
        let (label, reason) = (text(service, "label"), format!("the contract changed `{}`", method.ident));
        let constant = constant_of(service, &method.ident);
        let uses = |tokens: TokenStream| mentions(tokens.clone(), &method.ident) || mentions(tokens, &constant);
        let wire = |source: &str| disable_statements(source, &test_name(service), &reason, uses);
        self.disable_in(sources, WIRE_TESTS, &method.ident, wire);
        let fake = |source: &str| disable_test(source, &format!("{label}_is_scripted"), &reason, uses);
        self.disable_in(sources, "tests/fake.rs", &method.ident, fake);
        let client = text(service, "client");
        let example = |source: &str| disable_example(source, &reason, uses).filter(|_| names(source, &client));
        self.disable_in(sources, "examples/client.rs", &method.ident, example);
        for (path, name) in CLIENT_TESTS {
            let test = |source: &str| {
                disable_test(source, name, &reason, |tokens| mentions(tokens.clone(), &client) && uses(tokens))
            };
            self.disable_in(sources, path, &method.ident, test);
        }
    }

    /// Disables the test of a service if all its calls are disabled.
    pub(in crate::project::sync) fn disable_unused_test(&mut self, sources: &Sources, service: &Value) {
        let (source, function) = (self.current(sources, WIRE_TESTS), test_name(service));
        let reason = "the contract changed what it calls";
        let disabled =
            is_unused(&source, &function).then(|| disable_function(&source, &function, reason, |_| true)).flatten();
        self.change_if(WIRE_TESTS.to_owned(), disabled, &format!("{function} disabled"));
    }

    fn disable_in(&mut self, sources: &Sources, path: &str, method: &str, disable: impl Fn(&str) -> Option<String>) {
        if let Some(text) = disable(&self.current(sources, path)) {
            self.change(path.to_owned(), text, &format!("uses of {method} disabled"));
        }
    }
}

/// Disables the statements of an example that use something, or all of it if the others are then of no use.
fn disable_example(source: &str, reason: &str, uses: impl Fn(TokenStream) -> bool) -> Option<String> {
    let text = disable_statements(source, "main", reason, uses)?;
    if is_unused(&text, "main") { disable_program(source, reason) } else { Some(text) }
}

fn stale_methods(code: &Implementation, service: &Value) -> Vec<StaleMethod> {
    let package = text(service, "package");
    let declared: Vec<_> = service.get_attr("methods").unwrap_or_default().try_iter().into_iter().flatten().collect();
    let stale = code.methods.iter().filter_map(|(ident, types)| {
        let method = declared.iter().find(|method| text(method, "ident") == *ident);
        let is_stale = method.is_none_or(|method| {
            let contract = MethodTypes::of_contract(&text(method, "takes"), &text(method, "returns"), &package);
            types.as_ref().zip(contract).is_some_and(|(code, contract)| code.differ(&contract))
        });
        is_stale.then(|| StaleMethod { ident: ident.clone(), is_removed: method.is_none() })
    });
    stale.collect()
}

/// Returns the name of the constant of a method, which a removed one had, too.
fn constant_of(service: &Value, ident: &str) -> String {
    let mut declared = service.get_attr("methods").unwrap_or_default().try_iter().into_iter().flatten();
    let known = declared.find(|method| text(method, "ident") == ident).map(|method| text(&method, "constant"));
    known.unwrap_or_else(|| ident.trim_start_matches("r#").to_uppercase())
}

/// Returns whether a line has a name as a whole word.
fn names(line: &str, name: &str) -> bool {
    line.split(|each: char| !each.is_alphanumeric() && each != '_').any(|word| word == name)
}
