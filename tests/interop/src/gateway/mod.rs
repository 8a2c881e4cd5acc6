//! A service that shows what arrives, behind our own gateway and those of others.

mod service;

pub use service::EchoServer;

use crate::generated::echo::echo::v1 as contract;
