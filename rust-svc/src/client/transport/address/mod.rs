//! Targets of clients, and the addresses of their servers.

mod endpoint_address;
mod origin;
mod target_address;

pub(crate) use self::{
    endpoint_address::EndpointAddress,
    origin::ServerOrigin,
    target_address::{ServerList, TargetAddress, invalid_address},
};
