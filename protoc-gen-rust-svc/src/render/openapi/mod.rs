//! Files about HTTP routes: their table, and the OpenAPI document of what the gateway serves.

mod document;
mod errors;
mod fields;
mod names;
mod operation;
mod parameters;
mod path;
mod print;
mod routes;
mod scalars;
mod schemas;
mod version_3_0;

pub(super) use self::routes::file as routes_file;
pub use self::routes::{RouteRow, routes};
use crate::{
    model::Model,
    options::{DocumentedErrors, OpenApiOptions},
};

/// Returns the document, with the name of its file.
pub(super) fn document(model: &Model, options: OpenApiOptions) -> (String, String) {
    let mut document = document::build(model, options);
    if options.is_version_3_0 {
        version_3_0::convert(&mut document);
    }
    let text = if options.is_yaml { print::yaml(&document) } else { print::json(&document) };
    (options.file().to_owned(), text)
}
