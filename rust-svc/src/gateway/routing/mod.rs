//! Which route a request belongs to.

mod bound_route;
mod request_path;
pub mod route;
mod trie;

pub(super) use bound_route::{BoundRoute, MessageInfo};
pub(super) use request_path::{PathError, RequestPath};
pub(super) use trie::RouteTrie;
