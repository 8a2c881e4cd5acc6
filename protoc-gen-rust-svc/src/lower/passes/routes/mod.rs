//! Checks HTTP routes, and removes invalid ones.

mod conflicts;
mod field_path;
mod oneofs;
mod reject;
mod rules;

pub(super) use self::reject::reject_routes;
