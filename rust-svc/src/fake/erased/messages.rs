//! The input or output of a call.

use std::{fmt::Debug, future, mem};

use futures::{StreamExt, TryStreamExt, stream};

use super::message::AnyMessage;
use crate::{Error, Result, Streaming};

/// The input or output of a call: a message, or a stream of messages.
pub enum CallMessages {
    /// Exactly one message.
    Message(AnyMessage),
    /// Any number of messages.
    Stream(Streaming<AnyMessage>),
}

impl CallMessages {
    /// Returns the message, where there is exactly one.
    pub(in crate::fake) fn message(&self) -> Option<&AnyMessage> {
        match self {
            Self::Message(message) => Some(message),
            Self::Stream(_) => None,
        }
    }

    pub(in crate::fake) fn into_message(self) -> AnyMessage {
        match self {
            Self::Message(message) => message,
            Self::Stream(_) => unreachable!("the method has one message"),
        }
    }

    pub(in crate::fake) fn into_stream(self) -> Streaming<AnyMessage> {
        match self {
            Self::Stream(messages) => messages,
            Self::Message(_) => unreachable!("the method has a stream of messages"),
        }
    }

    /// Waits for the first message of a stream, without taking it away.
    pub(in crate::fake) async fn peek(&mut self) -> Option<AnyMessage> {
        match self {
            Self::Message(message) => Some(message.clone()),
            Self::Stream(messages) => peek(messages).await,
        }
    }

    /// Fails a call that was carried out: a stream after its last message.
    pub(in crate::fake) fn fail_after(self, error: Error) -> Result<Self> {
        let Self::Stream(messages) = self else { return Err(error) };
        Ok(Self::Stream(Streaming::new(messages.chain(stream::once(future::ready(Err(error)))))))
    }

    /// Checks each message before it is read.
    pub(in crate::fake) fn checked(self, check: impl Fn(&AnyMessage) -> Result<()> + Send + 'static) -> Result<Self> {
        match self {
            Self::Message(message) => check(&message).map(|()| Self::Message(message)),
            Self::Stream(messages) => {
                let check = move |message: Result<AnyMessage>| message.and_then(|it| check(&it).map(|()| it));
                Ok(Self::Stream(Streaming::new(StreamExt::map(messages, check))))
            }
        }
    }
}

/// Reads the first message of a stream and puts it back.
async fn peek(messages: &mut Streaming<AnyMessage>) -> Option<AnyMessage> {
    let first = messages.next().await?;
    let message = first.as_ref().ok().cloned();
    let rest = mem::replace(messages, Streaming::empty());
    *messages = Streaming::new(stream::iter([first]).chain(rest));
    message
}

/// Returns the messages without their type.
pub(in crate::fake) fn erase_stream<M: Clone + Debug + Send + 'static>(
    messages: Streaming<M>,
) -> Streaming<AnyMessage> {
    Streaming::new(messages.map_ok(AnyMessage::new))
}

/// Returns the messages as the type that they were made of.
pub(in crate::fake) fn restore_stream<M: Send + 'static>(messages: Streaming<AnyMessage>) -> Streaming<M> {
    Streaming::new(messages.map_ok(|message| *message.into_box()))
}
