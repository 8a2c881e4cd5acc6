//! Members of oneofs that a path sets.

use std::collections::BTreeMap;

use super::field_path::inner;
use crate::model::{Message, Model, Oneof};

/// The member of a oneof that a variable sets, and the variable, by the path to the oneof and its name.
pub(super) type Chosen<'a> = BTreeMap<(&'a [String], &'a str), (&'a str, String)>;

/// Records the members of oneofs that a path sets. Returns the path that already set another member.
pub(super) fn chosen_before<'a>(
    model: &'a Model,
    request: &'a Message,
    path: &'a [String],
    chosen: &mut Chosen<'a>,
) -> Option<String> {
    let (mut message, mut before) = (Some(request), None);
    for (index, segment) in path.iter().enumerate() {
        let holder = message?;
        if let Some(oneof) = oneof_of(holder, segment) {
            let (member, other) = chosen.entry((&path[..index], oneof)).or_insert((segment, path.join(".")));
            before = before.or((*member != segment).then(|| other.clone()));
        }
        message = holder.field(segment).and_then(|field| inner(model, field));
    }
    before
}

/// The name of the oneof that a field is in.
fn oneof_of<'a>(message: &'a Message, field: &str) -> Option<&'a str> {
    let has = |oneof: &&Oneof| oneof.fields.iter().any(|member| member.name == field);
    message.oneofs().find(has).map(|oneof| oneof.name.as_str())
}
