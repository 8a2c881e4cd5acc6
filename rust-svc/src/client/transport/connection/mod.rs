//! HTTP/2 connections, and the streams on them.

mod driver;
mod h2_connection;
mod monitored_io;
mod settings;
mod silence;
mod stream_pool;
mod unread;
mod upload;
mod wait_queue;

pub(crate) use self::driver::Windows;
pub(super) use self::{
    driver::{ConnectionDriver, ConnectionEnd},
    h2_connection::{H2Connection, PendingResponse, RemoteBody},
    silence::PingPolicy,
    stream_pool::{Acquired, ReservedStream, StreamPool},
    unread::{Compact, UnreadResponses},
};
