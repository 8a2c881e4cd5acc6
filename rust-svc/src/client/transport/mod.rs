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
mod request;
mod response_body;

pub(crate) use self::{
    address::{Address, ServerOrigin, invalid_address},
    balancer::Balancer,
    channel::Channel,
    connector::Connector,
    dispatch::Transport,
    error::{TransportErrorKind, classify},
    in_process::InProcess,
    request::{MessageStream, OutgoingBody, OutgoingRequest, StreamCut},
    response_body::{BodyChunk, ResponseBody},
};

#[cfg(test)]
pub(crate) use self::error::Unreachable;
