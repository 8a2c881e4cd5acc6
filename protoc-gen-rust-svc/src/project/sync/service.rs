//! Adds the implementation of a service to a project.

use minijinja::{Value, context};

use super::{
    code::generated_traits,
    methods::{Changes, Sources, text},
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
    /// Returns whether the project has the index of implementations that `new` makes, and none of the service.
    pub(super) fn has_room_for(&self, sources: &Sources, service: &Value) -> bool {
        let package = text(service, "package");
        let path: Vec<_> =
            package.split("::").skip(1).map(str::to_owned).chain([text(service, "trait_name")]).collect();
        let implements = |source: &String| generated_traits(source).iter().any(|(implemented, _)| *implemented == path);
        sources.contains_key(INDEX) && !sources.values().any(implements)
    }

    /// Adds a file that implements the service, and serves it.
    pub(super) fn implement(&mut self, sources: &Sources, file: &str, service: &Value) -> Result<(), Failure> {
        let root = self.current(sources, ROOT);
        let has_store = sources.contains_key("src/store.rs") && server_takes(&root, "dependencies");
        let project = context! { uses_deprecated => false, has_store };
        let context = TemplateContext::of(project, vec![(file.to_owned(), service.clone())]);
        let templates: Vec<Template> = built_in().into_iter().filter(|template| template.path == TEMPLATE).collect();
        let name = text(service, "name");
        for (path, text) in render(&templates, &context)? {
            if sources.contains_key(&path) {
                let help = "implement it there, or move the file";
                return Err(
                    format!("{path}: error: the file exists, and does not implement {name}\n  help: {help}").into()
                );
            }
            self.change(path, text, "new");
        }
        self.list(sources, service);
        self.serve(&root, service, has_store);
        Ok(())
    }

    /// Declares the module of the implementation.
    fn list(&mut self, sources: &Sources, service: &Value) {
        let [module, struct_name] = ["module", "struct_name"].map(|name| text(service, name));
        let index = self.current(sources, INDEX);
        let declared = insert_line(&index, "mod ", &format!("mod {module};"));
        let exported = insert_line(&declared, "pub use self::", &format!("pub use self::{module}::{struct_name};"));
        if exported != index {
            self.change(INDEX.to_owned(), exported, &module);
        }
    }

    /// Adds the service to the server.
    fn serve(&mut self, root: &str, service: &Value, has_store: bool) {
        let [module, struct_name, package, adapter, gateway] =
            ["module", "struct_name", "package", "adapter", "gateway"].map(|name| text(service, name));
        if root.contains(&format!("{package}::{adapter}(")) {
            return;
        }
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
