//! Finds the endpoints of a target.

mod dns;
mod endpoint;
mod resolver;

pub(crate) use self::dns::{DnsResolver, lookup};
pub use self::{
    endpoint::Endpoint,
    resolver::{EndpointUpdates, Refresh, Resolver},
};
