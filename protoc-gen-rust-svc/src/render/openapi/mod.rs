//! Files about HTTP routes: their table, and the OpenAPI document of what the gateway serves.

mod document;
mod errors;
mod fields;
mod keyword;
mod names;
mod operations;
mod parameters;
mod path;
mod print;
mod routes;
mod scalars;
mod schemas;
mod version_3_0;

pub use self::routes::{RouteRow, routes};
pub(super) use self::{document::document, routes::file as routes_file};
use crate::options::{DocumentedErrors, OpenApiOptions};
