//! Tower layers around the requests of a client.

mod layered;
mod progress;
mod service;

pub(crate) use self::layered::{ClientLayers, Layered};
pub use self::service::HttpService;
