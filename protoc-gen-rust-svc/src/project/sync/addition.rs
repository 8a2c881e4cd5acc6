//! Additions to the contract of a project.

use std::collections::BTreeSet;

use super::proto_text::{NewMethod, add_import, add_message, add_method, add_service, new_file};
use crate::{
    names::Ident,
    project::Failure,
    read::{File, Input, descriptor::MessageDescriptor},
};

/// Something to declare.
#[derive(Clone, Debug)]
pub enum Addition {
    /// A service, by its full name.
    Service {
        /// The package.
        package: String,
        /// The name in the package.
        name: String,
    },
    /// A method of a service.
    Method {
        /// The service: its full name, or the end of it.
        service: String,
        /// The method.
        method: NewMethod,
    },
}

/// The new text of a `.proto` file.
#[derive(Debug)]
pub struct EditedProto {
    /// The import name.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Addition {
    /// Edits the contract. `read` returns the text of a file by its import name. Returns `None` if the contract has it already.
    pub fn apply(&self, input: &Input, read: impl Fn(&str) -> Option<String>) -> Result<Option<EditedProto>, Failure> {
        match self {
            Self::Service { package, name } => Ok(new_service(input, package, name, read)),
            Self::Method { service, method } => new_method(input, service, method, read),
        }
    }
}

fn new_service(input: &Input, package: &str, name: &str, read: impl Fn(&str) -> Option<String>) -> Option<EditedProto> {
    let full_name = join(package, name);
    if services(input).any(|(_, known)| known == full_name) {
        return None;
    }
    let stem = Ident::snake(name).plain().trim_end_matches("_service").to_owned();
    let folder = if package.is_empty() { String::new() } else { format!("{}/", package.replace('.', "/")) };
    let file = format!("{folder}{stem}.proto");
    let others = input.generate.first().and_then(|first| read(first)).unwrap_or_default();
    let text = read(&file).map_or_else(|| new_file(&others, package, name), |text| add_service(&text, name));
    Some(EditedProto { name: file, text })
}

fn new_method(
    input: &Input,
    service: &str,
    method: &NewMethod,
    read: impl Fn(&str) -> Option<String>,
) -> Result<Option<EditedProto>, Failure> {
    let (file, full_name) = find(input, service)?;
    let (package, name) = (&file.descriptor.package, full_name.rsplit('.').next().unwrap_or_default());
    let declared = file.descriptor.service.iter().find(|service| service.name == name);
    if declared.is_some_and(|service| service.method.iter().any(|known| known.name == method.name)) {
        return Ok(None);
    }
    let path = &file.descriptor.name;
    let text = read(path).ok_or_else(|| format!("{path}: error: no such file"))?;
    let text = add_method(&text, name, method).ok_or_else(|| format!("{path}: error: cannot find `service {name}`"))?;
    let types = BTreeSet::from([&method.request, &method.response]);
    let text = types.into_iter().fold(text, |text, name| with_type(text, input, file, package, name));
    Ok(Some(EditedProto { name: path.clone(), text }))
}

/// Declares or imports a type, unless the file has it.
fn with_type(text: String, input: &Input, file: &File, package: &str, name: &str) -> String {
    match declaring_file(input, package, name) {
        Some(found) if found == file.descriptor.name || file.descriptor.dependency.contains(&found) => text,
        Some(found) => add_import(&text, &found),
        None if !name.contains('.') => add_message(&text, name),
        // The compiler reports unknown names.
        None => text,
    }
}

/// Finds the file that declares a message, which the package names as proto does: from the inside out.
fn declaring_file(input: &Input, package: &str, name: &str) -> Option<String> {
    if let Some(file) = well_known(name) {
        return Some(file);
    }
    let name = name.trim_start_matches('.');
    let scopes = std::iter::successors(Some(package), |scope| {
        (!scope.is_empty()).then(|| scope.rsplit_once('.').map_or("", |(outer, _)| outer))
    });
    scopes.map(|scope| join(scope, name)).find_map(|full_name| {
        let declares =
            |file: &&File| messages(&file.descriptor.package, &file.descriptor.message_type).contains(&full_name);
        input.files.iter().find(declares).map(|file| file.descriptor.name.clone())
    })
}

fn well_known(name: &str) -> Option<String> {
    const NAMES: &[&str] = &["Any", "Duration", "Empty", "FieldMask", "Struct", "Timestamp"];
    let name = name.trim_start_matches('.').strip_prefix("google.protobuf.")?;
    NAMES.contains(&name).then(|| format!("google/protobuf/{}.proto", Ident::snake(name).plain()))
}

/// Returns the full names of messages and of those in them.
fn messages(scope: &str, messages_in: &[MessageDescriptor]) -> BTreeSet<String> {
    let named = messages_in.iter().flat_map(|message| {
        let name = join(scope, &message.name);
        let mut all = messages(&name, &message.nested_type);
        all.insert(name);
        all
    });
    named.collect()
}

/// Finds a service of the requested files by the end of its name.
fn find<'a>(input: &'a Input, name: &str) -> Result<(&'a File, String), Failure> {
    let requested = |file: &&File| input.generate.contains(&file.descriptor.name);
    let known: Vec<_> = services(input).filter(|(file, _)| requested(file)).collect();
    let is_meant = |full_name: &str| full_name == name || full_name.ends_with(&format!(".{name}"));
    let mut found = known.iter().filter(|(_, full_name)| is_meant(full_name));
    let names = || known.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (found.next(), found.next()) {
        (Some((file, full_name)), None) => Ok((file, full_name.clone())),
        (None, _) => Err(format!("error: unknown service `{name}`\n  help: the services are {}", names()).into()),
        _ => {
            Err(format!("error: several services are named `{name}`\n  help: name its package, too: {}", names())
                .into())
        }
    }
}

fn services(input: &Input) -> impl Iterator<Item = (&File, String)> {
    input.files.iter().flat_map(|file| {
        let package = &file.descriptor.package;
        file.descriptor.service.iter().map(move |service| (file, join(package, &service.name)))
    })
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
