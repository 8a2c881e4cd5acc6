//! The body of a request, which each attempt sends.

use bytes::Bytes;

use super::{
    idempotency_key,
    request_size::check_length,
    request_stream::{CallGuard, RequestSource},
};
use crate::{
    Message, Method, Result, Streaming,
    client::{
        policy::{AttemptFailure, Cause},
        transport::OutgoingBody,
    },
    grpc::{
        compression::Encoding,
        framing::{PREFIX_LEN, encode},
    },
    intercept::ActiveCall,
};

/// The body of a request in encoded form.
pub(crate) enum RequestBody {
    /// One message, encoded once for all attempts.
    One {
        bytes: Bytes,
        /// Whether the message carries an idempotency key.
        is_keyed: bool,
    },
    /// A stream, which can be sent again only while no message was consumed.
    Stream { source: RequestSource, _call: CallGuard },
}

impl RequestBody {
    pub(crate) fn one<Q, Place>(mut request: Q, encoding: Encoding) -> Result<Self>
    where
        Q: Message<Place, Wire: prost::Message + Default>,
    {
        let is_keyed = idempotency_key::fill(&mut request);
        let bytes = encode(&request.into_wire(), encoding)?;
        Ok(Self::One { bytes, is_keyed })
    }

    pub(crate) fn stream<Q, Place: 'static>(requests: Streaming<Q>, encoding: Encoding) -> Self
    where
        Q: Message<Place, Wire: prost::Message + Default> + 'static,
    {
        let (source, call) = RequestSource::new(requests, encoding);
        Self::Stream { source, _call: call }
    }

    /// Counts the messages that are sent as those of this call.
    pub(crate) fn count_for(&self, active: &ActiveCall) {
        match self {
            Self::One { .. } => active.sent(1),
            Self::Stream { source, .. } => source.count_with(active.counter()),
        }
    }

    /// Returns the body for the next attempt.
    pub(super) fn outgoing(&self) -> OutgoingBody {
        match self {
            Self::One { bytes, .. } => OutgoingBody::Complete(bytes.clone()),
            Self::Stream { source, .. } => OutgoingBody::Stream(Box::new(source.attempt())),
        }
    }

    /// Returns the number of bytes that are held in memory.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::One { bytes, .. } => bytes.len(),
            Self::Stream { .. } => 0,
        }
    }

    /// Returns whether all of it can be sent again.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::One { .. } => true,
            Self::Stream { source, .. } => !source.is_consumed(),
        }
    }

    /// Returns the encoded message, if there is one.
    pub(crate) fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Self::One { bytes, .. } => Some(bytes),
            Self::Stream { .. } => None,
        }
    }

    /// Fails if the message is larger than the method allows. The messages of a stream are checked when they are read.
    pub(crate) fn check_size(&self, method: &Method) -> Result<()> {
        match (self, method.max_request_bytes) {
            (_, None) => Ok(()),
            (Self::One { bytes, .. }, Some(limit)) => check_length(bytes.len().saturating_sub(PREFIX_LEN), limit),
            (Self::Stream { source, .. }, Some(limit)) => {
                source.limit(limit);
                Ok(())
            }
        }
    }

    pub(crate) fn is_keyed(&self) -> bool {
        matches!(self, Self::One { is_keyed: true, .. })
    }

    /// Takes the body back from a failed attempt, which can read no more of it. An error of the request stream replaces
    /// the failure that it caused.
    pub(crate) fn reclaim(&self, failure: AttemptFailure) -> AttemptFailure {
        let error = match self {
            Self::One { .. } => None,
            Self::Stream { source, .. } => source.reclaim(),
        };
        match error {
            Some(error) => AttemptFailure { cause: Cause::Local, error, committed: true, ..failure },
            None => failure,
        }
    }
}
