//! Connects to one server.

mod backoff;
mod connector;
mod dialer;
mod proxy;
mod race;
mod tcp;

pub use self::connector::Connector;
pub(crate) use self::{
    backoff::ConnectBackoff,
    dialer::{Dialer, ExpandedAddress},
    proxy::Proxy,
    race::race,
};
