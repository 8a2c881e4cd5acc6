//! The update mask of a request (AIP-134): the `REQUIRED` fields of a resource that it does not name may be empty.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

const NAME: &str = "update_mask";
const TYPE: &str = "google.protobuf.FieldMask";

/// The update mask of a request.
#[derive(Debug)]
pub(super) struct UpdateMask {
    /// The field of the resource.
    resource: String,
    paths: Vec<String>,
}

impl UpdateMask {
    /// Returns the mask of a request with a field `update_mask` and one other message, which is the resource.
    pub(super) fn of(request: &DynamicMessage) -> Option<Self> {
        let descriptor = request.descriptor();
        let mask = descriptor.get_field_by_name(NAME).filter(|field| has_type(field, |name| name == TYPE))?;
        let mut resources =
            descriptor.fields().filter(|field| has_type(field, |name| !name.starts_with("google.protobuf.")));
        let resource = resources.next().filter(|_| resources.next().is_none())?;
        let paths = request.get_field(&mask).as_message()?.get_field_by_name("paths")?.into_owned();
        let paths = paths.as_list()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Self { resource: resource.name().to_owned(), paths })
    }

    /// Returns whether the request changes a field at a path. Without a mask it changes the messages that it holds.
    pub(super) fn covers(&self, path: &str) -> bool {
        let Some(inner) = path.strip_prefix(&self.resource).and_then(|rest| rest.strip_prefix('.')) else {
            return true;
        };
        if self.paths.is_empty() {
            return inner.contains('.');
        }
        let inner = without_indexes(inner);
        let outer = inner.match_indices('.').map(|(end, _)| &inner[..end]);
        outer.chain([&*inner, "*"]).any(|path| self.paths.iter().any(|own| own == path))
    }
}

/// Returns whether a field is one message, whose full name is accepted.
fn has_type(field: &FieldDescriptor, is_accepted: impl Fn(&str) -> bool) -> bool {
    match field.kind() {
        Kind::Message(message) => !field.is_list() && !field.is_map() && is_accepted(message.full_name()),
        _ => false,
    }
}

/// Removes the indexes and keys of elements: `items[0].name` is `items.name`.
fn without_indexes(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| path + part.split_once(']').map_or("", |(_, rest)| rest))
}
