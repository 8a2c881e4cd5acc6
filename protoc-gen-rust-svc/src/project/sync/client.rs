//! Adds the clients of services that a project calls.

use minijinja::{Value, context};

use super::{
    methods::{Changes, Sources, text},
    register::insert_line,
    stale::client_traits,
};
use crate::project::{
    Failure, Template,
    context::TemplateContext,
    templates::{built_in, render},
};

const CLIENTS: &str = "src/clients.rs";
const SETTINGS: &str = "src/settings.rs";
const ROOT: &str = "src/lib.rs";

impl Changes {
    /// Adds a client of each service that the project calls and has none of, and the setting of its address.
    pub(super) fn add_clients(&mut self, sources: &Sources, called: &[Value]) -> Result<(), Failure> {
        for service in called {
            let path = trait_path(service);
            if client_traits(&self.current(sources, CLIENTS)).contains(&path) || is_used(sources, &path) {
                continue;
            }
            match with_setting(&self.current(sources, SETTINGS), service) {
                Some(settings) => self.add_client(sources, service, settings)?,
                None => {
                    self.notes.push(format!("{}: add its client and the setting of its address", text(service, "name")))
                }
            }
        }
        Ok(())
    }

    fn add_client(&mut self, sources: &Sources, service: &Value, settings: String) -> Result<(), Failure> {
        let (label, file) = (text(service, "label"), rendered(service)?);
        let source = self.current(sources, CLIENTS);
        let Some(clients) = with_client(&source, &file) else {
            self.notes.push(format!("{CLIENTS}: cannot add {label}"));
            return Ok(());
        };
        self.change(CLIENTS.to_owned(), clients, &label);
        if settings != self.current(sources, SETTINGS) {
            self.change(SETTINGS.to_owned(), settings, &format!("{label}_address"));
        }
        let root = self.current(sources, ROOT);
        if source.is_empty() && sources.contains_key(ROOT) {
            self.change(ROOT.to_owned(), insert_line(&root, "pub mod ", "pub mod clients;"), "clients");
        }
        if sources.get("src/dependencies.rs").is_some_and(|text| text.contains("clients::")) {
            self.notes.push(format!("{label}: a gateway serves it if you add it to src/dependencies.rs and {ROOT}"));
        }
        Ok(())
    }
}

/// Returns the path of the trait of a service, below the generated code.
fn trait_path(service: &Value) -> Vec<String> {
    let package = text(service, "package");
    package.split("::").skip(1).map(str::to_owned).chain([text(service, "trait_name")]).collect()
}

/// Returns whether the project has a client of its own, elsewhere.
fn is_used(sources: &Sources, path: &[String]) -> bool {
    let (name, module) = path
        .split_last()
        .map_or((String::new(), String::new()), |(name, module)| (format!("{name}Client"), module.join("::")));
    let uses = |source: &String| source.contains(&module) && source.contains(&name);
    sources.iter().any(|(path, source)| path.starts_with("src/") && path != CLIENTS && uses(source))
}

/// Renders the file that a new project has for one client.
fn rendered(service: &Value) -> Result<String, Failure> {
    let context = TemplateContext::of(context! { clients => vec![service.clone()] }, Vec::new());
    let templates: Vec<Template> = built_in().into_iter().filter(|template| template.path == CLIENTS).collect();
    Ok(render(&templates, &context)?.remove(CLIENTS).unwrap_or_default())
}

/// Adds the function of a file before the function that all clients share. Returns `None` if there is no such place.
fn with_client(source: &str, file: &str) -> Option<String> {
    const SHARED: &str = "\nfn connect(";
    if source.is_empty() {
        return Some(file.to_owned());
    }
    let function = &file[file.find("\n/// Creates a client")?..file.find(SHARED)?];
    let place = source.find(SHARED)?;
    parsed([&source[..place], function, &source[place..]].concat())
}

/// Adds the address of a service to the settings, unless they have it.
fn with_setting(source: &str, service: &Value) -> Option<String> {
    let [label, name] = ["label", "name"].map(|name| text(service, name));
    if source.contains(&format!("pub {label}_address:")) {
        return Some(source.to_owned());
    }
    let (host, variable) = (label.replace('_', "-"), format!("{}_ADDRESS", label.to_uppercase()));
    let field = format!(
        "\n    /// The address of {name}, such as https://{host}:50051\n    #[arg(long, env = \"{variable}\", value_name = \"URL\")]\n    \
         pub {label}_address: Option<String>,\n"
    );
    let value = format!("            {label}_address: self.{label}_address.or(other.{label}_address),\n");
    let declared = insert_before(source, &["pub struct Settings {", "\n}"], &field)?;
    parsed(insert_before(&declared, &["fn or(self", "Self {", "\n        }"], &value)?)
}

/// Inserts lines before the line that the last of several texts begins. Each is behind the one before it.
fn insert_before(source: &str, places: &[&str], lines: &str) -> Option<String> {
    let end = places.iter().try_fold(0, |start, place| {
        Some(start + source[start..].find(place)? + usize::from(place.starts_with('\n')))
    })?;
    Some([&source[..end], lines, &source[end..]].concat())
}

fn parsed(text: String) -> Option<String> {
    syn::parse_file(&text).is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::{with_client, with_setting};

    #[test]
    fn settings_get_an_address_once() {
        let service = context! { name => "a.v1.Stock", label => "stock" };
        let source = "pub struct Settings {\n    pub log: Option<String>,\n}\nimpl Settings {\n    fn or(self, other: Self) -> Self {\n        \
                      Self {\n            log: self.log.or(other.log),\n        }\n    }\n}\n";
        let text = with_setting(source, &service).expect("a place");
        let expected = "log: self.log.or(other.log),\n            stock_address: self.stock_address.or(other.stock_address),\n        }\n";
        assert!(text.contains(expected) && text.contains("    pub stock_address: Option<String>,\n}\n"), "{text}");
        assert_eq!(with_setting(&text, &service), Some(text));
        assert_eq!(with_setting("struct Mine {}\n", &service), None);
    }

    #[test]
    fn clients_are_added_before_what_they_share() {
        let file = "//! Clients.\n\n/// Creates a client of `b`.\npub fn b() {}\n\nfn connect() {}\n";
        let source = "/// Ours.\npub fn a() {}\n\nfn connect() {}\n";
        let expected = "/// Ours.\npub fn a() {}\n\n/// Creates a client of `b`.\npub fn b() {}\n\nfn connect() {}\n";
        assert_eq!(with_client(source, file).as_deref(), Some(expected));
        assert_eq!(with_client("", file).as_deref(), Some(file));
        assert_eq!(with_client("mod mine;\n", file), None);
    }
}
