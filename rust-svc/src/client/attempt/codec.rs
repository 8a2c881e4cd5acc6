//! Decodes messages.

use bytes::Bytes;

use crate::{Code, Error, Message, Method, Result};

/// Decodes the message of a response. Its faults are the server's, and stay in the source for logs.
pub(crate) fn decode<R, Place>(method: &Method, bytes: Bytes) -> Result<R>
where
    R: Message<Place, Wire: prost::Message + Default>,
{
    let wire = prost::Message::decode(&*bytes)
        .map_err(|cause| internal_error(method, "answered with a message that cannot be decoded").with_source(cause))?;
    R::from_response(wire)
        .map_err(|cause| internal_error(method, "answered with a message that breaks its contract").with_source(cause))
}

/// Creates the error of a call through the function for another kind of method.
pub(crate) fn wrong_kind(method: &Method) -> Error {
    internal_error(method, "is called as another kind of method than is declared")
}

fn internal_error(method: &Method, what: &str) -> Error {
    Error::new(Code::Internal, format!("{} {what}", method.full_name()))
}
