//! Requests whose type is known only at run time.

use bytes::Bytes;

use crate::json::ParameterTree;

/// A request by its parts: the JSON of its body, and the texts of its path and its query.
#[derive(Clone, Debug, Default)]
pub struct JsonRequest {
    /// The JSON of the body; empty if there is none.
    pub body: Bytes,
    /// The field that the body holds, as in `google.api.http`: `*` is the whole request.
    pub body_field: &'static str,
    /// The field that receives the names of the fields in the body, if the query does not set it.
    pub mask: Option<&'static str>,
    /// The fields that the path, the query and a form set.
    pub parameters: Vec<JsonParameter>,
}

/// A field that the path, the query or a form sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonParameter {
    /// The names of the fields and the keys of the maps that lead to it.
    pub path: Vec<String>,
    /// Its values.
    pub texts: Vec<String>,
}

impl JsonRequest {
    pub(crate) fn new(body_field: &'static str, mask: Option<&'static str>, fields: &ParameterTree) -> Self {
        let mut parameters = Vec::new();
        collect(fields, &mut Vec::new(), &mut parameters);
        Self { body: Bytes::new(), body_field, mask, parameters }
    }

    pub(crate) fn with_body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }
}

fn collect(fields: &ParameterTree, path: &mut Vec<String>, found: &mut Vec<JsonParameter>) {
    if !fields.texts().is_empty() {
        found.push(JsonParameter { path: path.clone(), texts: fields.texts().to_vec() });
    }
    for child in fields.children() {
        path.push(child.name().to_owned());
        collect(child, path, found);
        path.pop();
    }
}
