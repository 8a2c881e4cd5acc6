//! One HTTP/2 connection.

mod h2_connection;
mod keepalive;
mod monitored_io;
mod settings;
mod stream_slots;
mod upload;

pub(super) use self::{h2_connection::H2Connection, stream_slots::ActiveStream};
