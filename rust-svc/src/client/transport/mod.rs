//! Sends requests over HTTP/2 connections, or to a service in this process. It knows no policies.

mod address;
mod balancer;
mod channel;
mod connect_backoff;
mod connection;
mod connector;
mod dispatch;
mod error;
mod in_process;
mod incoming_body;
mod request;

pub(crate) use self::{
    address::{ServerAddress, ServerOrigin, invalid_address},
    balancer::Balancer,
    channel::Channel,
    connector::Connector,
    dispatch::Transport,
    error::{TransportErrorKind, classify},
    in_process::InProcess,
    incoming_body::{BodyChunk, IncomingBody},
    request::{MessageStream, OutgoingBody, OutgoingRequest, StreamCut},
};

#[cfg(test)]
pub(crate) use self::error::Unreachable;
