//! A first `.proto` file from the OpenAPI description of a REST API.
//!
//! Its routes, and the JSON of requests and responses, are those of the description as far as protobuf's JSON mapping can have them.
//! What it cannot have is noted with its position.

mod declaration;
mod document;
mod migration;
mod names;
mod operation;
mod schema;

pub use self::migration::{Migrated, migrate};
