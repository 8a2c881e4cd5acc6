//! Sends requests over HTTP/2 connections, or to a service in this process. It knows no policies.

mod address;
mod balance;
mod body;
mod connect;
mod connection;
mod dispatch;
mod error;
mod fleet;
mod in_process;
mod layers;
mod request;
mod resolve;

#[cfg(feature = "measured")]
pub use self::balance::MeasuredChoice;
pub(crate) use self::{
    address::{EndpointAddress, ServerList, ServerOrigin, TargetAddress, invalid_address},
    balance::hash,
    body::{BodyChunk, IncomingBody},
    connect::{Dialer, Proxy},
    connection::Windows,
    dispatch::Transport,
    error::{TransportErrorKind, classify},
    fleet::{ChannelSettings, EndpointListener, Fleet, FoundServer, ListSettings},
    in_process::InProcess,
    layers::ClientLayers,
    request::{MessageStream, OutgoingBody, OutgoingRequest, StreamCut},
    resolve::DnsResolver,
};
pub use self::{
    balance::LoadBalancing,
    connect::Connector,
    fleet::ConnectivityState,
    layers::HttpService,
    resolve::{Endpoint, EndpointUpdates, Refresh, Resolver},
};

#[cfg(test)]
pub(crate) use self::error::Unreachable;
