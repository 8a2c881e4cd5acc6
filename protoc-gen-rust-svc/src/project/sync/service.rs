//! Adds the implementation of a service to a project.

use minijinja::{Value, context};

use super::{
    methods::{Changes, Sources, find, text},
    register::{add_to_server, insert_line, server_takes},
};
use crate::project::{
    Failure, Template,
    context::TemplateContext,
    templates::{built_in, render},
};

const INDEX: &str = "src/service/mod.rs";
const ROOT: &str = "src/lib.rs";
const TEMPLATE: &str = "src/service/SERVICE.rs";

impl Changes {
    /// Adds a file that implements the service, and serves it, unless a file implements it already.
    pub(super) fn implement(&mut self, sources: &Sources, file: &str, service: &Value) -> Result<(), Failure> {
        if find(sources, file, service).is_some() {
            return Ok(());
        }
        let root = sources.get(ROOT).map(String::as_str).unwrap_or_default();
        let has_store = sources.contains_key("src/store.rs") && server_takes(root, "dependencies");
        let project = context! { uses_deprecated => false, has_store };
        let context = TemplateContext::of(project, vec![(file.to_owned(), service.clone())]);
        let templates: Vec<Template> = built_in().into_iter().filter(|template| template.path == TEMPLATE).collect();
        for (path, text) in render(&templates, &context)? {
            self.change(path, text, "new");
        }
        self.list(sources, service);
        self.serve(root, service, has_store);
        Ok(())
    }

    /// Declares the module of the implementation.
    fn list(&mut self, sources: &Sources, service: &Value) {
        let [module, struct_name] = ["module", "struct_name"].map(|name| text(service, name));
        match sources.get(INDEX) {
            Some(index) => {
                let index = insert_line(index, "mod ", &format!("mod {module};"));
                let export = format!("pub use self::{module}::{struct_name};");
                self.change(INDEX.to_owned(), insert_line(&index, "pub use self::", &export), &module);
            }
            None => self.notes.push(format!("{INDEX}: no such file: declare the module {module}")),
        }
    }

    /// Adds the service to the server.
    fn serve(&mut self, root: &str, service: &Value, has_store: bool) {
        let [module, struct_name, package, adapter, gateway] =
            ["module", "struct_name", "package", "adapter", "gateway"].map(|name| text(service, name));
        let value = match has_store {
            true => " { store: dependencies.store.clone() }",
            false => "::default()",
        };
        let binding = format!("let {module} = Arc::new(service::{struct_name}{value});");
        let call = match gateway.is_empty() {
            true => format!(".adapter({package}::{adapter}({module}))"),
            false => format!(
                ".adapter({package}::{adapter}({module}.clone()))\n        .gateway({package}::{gateway}({module}))"
            ),
        };
        match add_to_server(root, &binding, &call) {
            Some(text) => self.change(ROOT.to_owned(), text, &module),
            None => self
                .notes
                .push(format!("{ROOT}: cannot find `Server::new()` in `fn server`: add {call} to your server")),
        }
    }
}
