//! One HTTP/2 connection.

mod h2_connection;
mod keepalive;
mod monitored_io;
mod settings;
mod upload;

pub(super) use self::h2_connection::H2Connection;
