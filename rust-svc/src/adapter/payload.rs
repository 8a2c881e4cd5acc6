//! The messages that a gRPC call carries.

use crate::Message;

/// A protobuf message that a call carries, by its plain type in the service trait.
///
/// It is implemented for every [`Message`] whose wire type is a prost message.
pub trait Payload<Place = ()>: Message<Place, Wire: prost::Message + Default> {}

impl<T: Message<Place, Wire: prost::Message + Default>, Place> Payload<Place> for T {}
