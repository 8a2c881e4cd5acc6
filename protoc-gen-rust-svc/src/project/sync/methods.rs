//! The methods that a contract has and a project lacks.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};
use quote::ToTokens as _;

use super::{
    append::append,
    code::Implementation,
    stale::{active_functions, is_file_disabled, mentions},
    syntax::check_syntax,
    target::{Target, has_function},
};
use crate::{
    diagnostics::Diagnostics,
    model::Model,
    names::Ident,
    options::Options,
    project::{
        Failure,
        context::{describe, describe_clients},
    },
    read::Input,
};

/// The file with a test of each method.
const TESTS: &str = "tests/wire.rs";

/// The sources of a project, by their paths.
pub type Sources = BTreeMap<String, String>;

/// The changes of a project.
#[derive(Debug, Default)]
pub struct Changes {
    /// The new text of each file that changes.
    pub files: Sources,
    /// Descriptions of the changes, and of what is left to do.
    pub notes: Vec<String>,
}

/// A method of a service, as the context of templates has it.
struct MissingMethod {
    ident: String,
    stub: String,
    /// The statement that tests it, if it has a default argument.
    test: Option<String>,
}

/// Adds an implementation of each service that has none, appends the missing methods of all with their tests, and disables the
/// code that the contract no longer has. Returns `None` if `diagnostics` has errors of the `.proto` files.
pub fn sync(
    input: &Input,
    options: &Options,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Changes>, Failure> {
    // No other run generates the imports.
    let options = Options { include_imports: true, ..options.clone() };
    let Some(lowered) = crate::lowered(input, &options, diagnostics) else { return Ok(None) };
    let mut changes = Changes::default();
    let known = traits(&lowered.model);
    changes.disable_removed_services(sources, &known);
    changes.disable_removed_clients(sources, &known);
    let kept = changes.disabled_modules(sources);
    for (file, value) in describe(input, &options, &lowered.model, &kept) {
        changes.sync_service(sources, &file, &value)?;
    }
    changes.add_clients(sources, &describe_clients(input, &options, &lowered.model))?;
    Ok(Some(changes))
}

/// Returns the path of each trait in the generated code.
fn traits(model: &Model) -> BTreeSet<Vec<String>> {
    let services =
        model.packages.iter().flat_map(|package| package.services.iter().map(move |service| (package, service)));
    let path = |(package, service): (&crate::model::Package, &crate::model::Service)| {
        package.module.iter().map(ToString::to_string).chain([service.ident.to_string()]).collect()
    };
    services.map(path).collect()
}

impl Changes {
    fn sync_service(&mut self, sources: &Sources, file: &str, service: &Value) -> Result<(), Failure> {
        let (name, trait_name) = (text(service, "name"), text(service, "trait_name"));
        match find(sources, file, service) {
            Some(path) => {
                let service = self.labelled(sources, service, &path);
                self.disable_stale(sources, &path, &service);
                self.append_missing(sources, &path, &service);
                self.disable_unused_test(sources, &service);
            }
            None if self.has_room_for(sources, service) => {
                check_syntax(sources)?;
                self.implement(sources, file, service)?;
                if !has_function(&self.current(sources, TESTS), &test_name(service)) {
                    let all = methods(service);
                    self.add_tests(sources, service, &all, &names_of(&all));
                }
            }
            None => self.notes.push(format!("{name}: no file below src has one `impl {trait_name} for ...`")),
        }
        Ok(())
    }

    /// Returns the service with the label that its tests have. Services of other packages, which were added or removed later, change
    /// whether the label has the package in it.
    fn labelled(&self, sources: &Sources, service: &Value, path: &str) -> Value {
        let file = path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default();
        let short = Ident::snake(&text(service, "trait_name"));
        let labels = [text(service, "label"), file.to_owned(), short.plain().to_owned()];
        let package = text(service, "package");
        let tests: Vec<_> = [TESTS, "tests/fake.rs"]
            .iter()
            .flat_map(|path| active_functions(&self.current(sources, path)))
            .filter(|test| test.block.to_token_stream().to_string().replace(' ', "").contains(&package))
            .map(|test| test.sig.ident.to_string())
            .collect();
        let is_used = |label: &&String| {
            ["responds", "is_scripted"]
                .iter()
                .any(|end| tests.contains(&format!("{}_{end}", label.trim_end_matches('_'))))
        };
        match labels.iter().find(is_used) {
            Some(label) => context! { label => label.trim_end_matches('_'), ..service.clone() },
            None => service.clone(),
        }
    }

    fn append_missing(&mut self, sources: &Sources, path: &str, service: &Value) {
        let (trait_name, source) = (text(service, "trait_name"), self.current(sources, path));
        let Some(code) = Implementation::read(&source, &trait_name) else { return };
        let missing: Vec<_> = methods(service).into_iter().filter(|method| !code.has(&method.ident)).collect();
        if missing.is_empty() {
            return;
        }
        let names = names_of(&missing);
        let stubs: String = missing.iter().map(|method| format!("\n{}", method.stub)).collect();
        let Some(changed) = append(&source, Target::Impl(&trait_name), &stubs) else {
            return self.notes.push(format!("{path}: cannot append {names}"));
        };
        self.change(path.to_owned(), changed, &names);
        self.add_tests(sources, service, &missing, &names);
    }

    /// Appends tests to the function that `new` made for the service. A service that was added later gets such a function, if those
    /// that it calls are still there.
    fn add_tests(&mut self, sources: &Sources, service: &Value, missing: &[MissingMethod], names: &str) {
        let tests: String = missing.iter().filter_map(|method| method.test.as_deref()).collect();
        if !sources.contains_key(TESTS) || tests.is_empty() {
            return;
        }
        let (source, function) = (self.current(sources, TESTS), test_name(service));
        let added = match has_function(&source, &function) {
            true => append(&source, Target::Function(&function), &tests),
            false => test_function(sources, &source, service, &tests).map(|text| source + &text),
        };
        if let Some(text) = added {
            self.change(TESTS.to_owned(), text, names);
        }
    }

    pub(super) fn change(&mut self, path: String, text: String, names: &str) {
        self.notes.push(format!("{path}: {names}"));
        self.files.insert(path, text);
    }

    /// Returns the names of files with implementations that are disabled, without their ending.
    fn disabled_modules(&self, sources: &Sources) -> BTreeSet<String> {
        let is_disabled =
            |path: &&String| syn::parse_file(&self.current(sources, path)).is_ok_and(|file| is_file_disabled(&file));
        let names = |path: &String| path.strip_prefix("src/service/")?.strip_suffix(".rs").map(str::to_owned);
        sources.keys().filter(is_disabled).filter_map(names).collect()
    }

    /// Returns the text of a file, with earlier changes.
    pub(super) fn current(&self, sources: &Sources, path: &str) -> String {
        self.files.get(path).or_else(|| sources.get(path)).cloned().unwrap_or_default()
    }
}

/// Returns the name of the function with the tests of a service.
pub(super) fn test_name(service: &Value) -> String {
    format!("{}_responds", text(service, "label"))
}

/// Prints a function with tests of a service, unless the file tests the service already or lacks the functions for it.
fn test_function(sources: &Sources, source: &str, service: &Value, tests: &str) -> Option<String> {
    let [label, package, constants, client, trait_name] =
        ["label", "package", "constants", "client", "trait_name"].map(|name| text(service, name));
    let is_ready = ["client", "call", "is_unimplemented"].iter().all(|name| has_function(source, name));
    let is_tested = is_tested(sources, &client, &package);
    let krate = source
        .lines()
        .find_map(|line| line.trim().strip_prefix("use ")?.split_once("::generated::"))
        .map(|(krate, _)| krate);
    let krate = krate.filter(|_| is_ready && !is_tested)?;
    Some(format!(
        "\n#[tokio::test]\nasync fn {label}_responds() {{\n    use {krate}::{package}::{{self as api, {constants}::*}};\n\n    \
         let client = api::{client}(client().await);\n    let service: &dyn api::{trait_name} = &client;\n{tests}}}\n"
    ))
}

/// Finds the file that implements a service: the one that `new` made, or else the only one. Where several packages have such a
/// service, it names the package.
pub(super) fn find(sources: &Sources, file: &str, service: &Value) -> Option<String> {
    let (trait_name, package) = (text(service, "trait_name"), text(service, "package"));
    let implements = |path: &&String| Implementation::read(&sources[*path], &trait_name).is_some();
    let usual = format!("src/service/{file}.rs");
    if let Some(usual) = sources.get_key_value(&usual).map(|(path, _)| path).filter(implements) {
        return Some(usual.clone());
    }
    let all = sources.keys().filter(|path| path.starts_with("src/")).filter(implements);
    let (named, others): (Vec<_>, Vec<_>) = all.partition(|path| sources[*path].contains(&package));
    match (named.as_slice(), others.as_slice()) {
        ([path], _) => Some((*path).clone()),
        // The name of another package may be that of another service.
        ([], [path]) if !sources[*path].contains("generated::") => Some((*path).clone()),
        _ => None,
    }
}

/// Returns whether a test that is not disabled uses the client of a service.
fn is_tested(sources: &Sources, client: &str, package: &str) -> bool {
    let uses = |source: &String| {
        source.contains(package)
            && active_functions(source).iter().any(|test| mentions(test.block.to_token_stream(), client))
    };
    sources.iter().any(|(path, source)| path.starts_with("tests/") && uses(source))
}

fn names_of(methods: &[MissingMethod]) -> String {
    methods.iter().map(|method| method.ident.as_str()).collect::<Vec<_>>().join(", ")
}

fn methods(service: &Value) -> Vec<MissingMethod> {
    let (constants, all) = (text(service, "constants"), service.get_attr("methods").unwrap_or_default());
    all.try_iter().into_iter().flatten().map(|value| method(&constants, &value)).collect()
}

fn method(constants: &str, value: &Value) -> MissingMethod {
    let [ident, constant, takes, returns] = ["ident", "constant", "takes", "returns"].map(|name| text(value, name));
    let stub = format!(
        "async fn {ident}(&self, _cx: svc::Context, _request: {takes}) -> svc::Result<{returns}> {{
            Err(svc::Error::unimplemented(api::{constants}::{constant}))
        }}"
    );
    let argument = value.get_attr("argument").ok().and_then(|argument| argument.as_str().map(str::to_owned));
    let call = |argument| format!("service.{ident}(call(), {argument}).await");
    let test = |call| match returns.starts_with("svc::Streaming<") {
        true => format!(
            "let responses = async {{ {call}?.collect().await }}; is_unimplemented({constant}, responses.await);"
        ),
        false => format!("is_unimplemented({constant}, {call});"),
    };
    let test = argument.map(|argument| print("fn x()", &test(call(argument))));
    MissingMethod { stub: print("impl X", &stub), ident, test }
}

/// Prints the content of an item, indented as in the item.
fn print(item: &str, content: &str) -> String {
    let Ok(file) = syn::parse_file(&format!("{item} {{ {content} }}")) else { return format!("    {content}\n") };
    let printed = prettyplease::unparse(&file);
    let inner = printed.split_once("{\n").and_then(|(_, rest)| rest.trim_end().strip_suffix('}'));
    inner.unwrap_or(&printed).to_owned()
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value.get_attr(name).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
