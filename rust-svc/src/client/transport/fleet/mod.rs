//! The endpoints of a client.

mod channel;
mod connectivity;
mod endpoint_list;
mod endpoints;
mod signal;
mod waiting;

pub use self::connectivity::ConnectivityState;
pub(crate) use self::{
    channel::ChannelSettings,
    endpoint_list::{EndpointListener, FoundServer, ListSettings},
    endpoints::Fleet,
};
