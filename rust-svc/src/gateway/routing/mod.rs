//! Which route a request belongs to.

mod bound_route;
mod literal_map;
#[cfg(feature = "measured")]
mod measured;
mod message_info;
mod request_path;
pub mod route;
mod table;
mod trie;

pub(super) use bound_route::BoundRoute;
#[cfg(feature = "measured")]
pub use measured::MeasuredRoutes;
pub use message_info::MessageFields;
pub(super) use message_info::MessageInfo;
pub(super) use request_path::PathSegments;
pub(super) use table::RouteTable;
pub use table::RoutesError;
