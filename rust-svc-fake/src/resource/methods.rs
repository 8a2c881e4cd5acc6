//! The standard methods of a service.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, Value};

use crate::contract::DynamicMethod;

/// A standard method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StandardMethod {
    Get,
    List,
    Create,
    Update,
    Delete,
}

/// A kind of resource.
#[derive(Clone, Debug)]
pub(super) struct ResourceType {
    pub(super) message: MessageDescriptor,
    /// The identifier of the collection in names, such as `books`.
    pub(super) collection: String,
}

impl StandardMethod {
    /// Returns the standard method and its resource; `None` if the method is another.
    pub(super) fn of(method: &DynamicMethod) -> Option<(Self, ResourceType)> {
        if method.takes_stream() || method.returns_stream() {
            return None;
        }
        let name = method.method.name();
        let kinds = [
            ("Get", Self::Get),
            ("List", Self::List),
            ("Create", Self::Create),
            ("Update", Self::Update),
            ("Delete", Self::Delete),
        ];
        let (noun, kind) = kinds.into_iter().find_map(|(verb, kind)| Some((name.strip_prefix(verb)?, kind)))?;
        let has = |name: &str| method.input.get_field_by_name(name).is_some();
        let message = match kind {
            Self::Get if has("name") => method.output.clone(),
            Self::List => listed(method)?.1,
            Self::Create | Self::Update => method.output.clone(),
            Self::Delete if has("name") => of_noun(method, noun)?,
            Self::Get | Self::Delete => return None,
        };
        let is_resource = message.get_field_by_name("name").is_some_and(|field| field.kind() == Kind::String);
        let collection = collection(&message, noun, kind);
        let is_standard = is_resource && (kind == Self::List || message.name() == noun);
        is_standard.then_some((kind, ResourceType { message, collection }))
    }
}

/// Returns the field of a list response that holds the resources, and their message.
pub(super) fn listed(method: &DynamicMethod) -> Option<(FieldDescriptor, MessageDescriptor)> {
    let mut lists = method.output.fields().filter(FieldDescriptor::is_list);
    lists.find_map(|field| match field.kind() {
        Kind::Message(message) => Some((field, message)),
        _ => None,
    })
}

/// Finds the message of a resource beside the request of its method.
fn of_noun(method: &DynamicMethod, noun: &str) -> Option<MessageDescriptor> {
    let package = method.input.package_name();
    let name = if package.is_empty() { noun.to_owned() } else { format!("{package}.{noun}") };
    method.input.parent_pool().get_message_by_name(&name)
}

/// Returns the collection in the pattern of `google.api.resource`, or that of the noun.
fn collection(message: &MessageDescriptor, noun: &str, kind: StandardMethod) -> String {
    let of_pattern = pattern(message).and_then(|pattern| pattern.rsplit('/').nth(1).map(str::to_owned));
    of_pattern.unwrap_or_else(|| {
        let first = noun.chars().next().map(|it| it.to_ascii_lowercase());
        let noun: String = first.into_iter().chain(noun.chars().skip(1)).collect();
        if kind == StandardMethod::List { noun } else { plural(&noun) }
    })
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// Returns the first pattern of `google.api.resource`.
fn pattern(message: &MessageDescriptor) -> Option<String> {
    let extension = message.parent_pool().get_extension_by_name("google.api.resource")?;
    let options = message.options();
    let Value::Message(resource) = &*options.get_extension(&extension) else { return None };
    let pattern = resource.get_field_by_name("pattern")?;
    pattern.as_list()?.first()?.as_str().map(str::to_owned)
}
