//! The differences between the four kinds of methods.

use std::{fmt::Debug, marker::PhantomData};

use crate::{
    Streaming,
    fake::{
        call::{ManualCall, ReplySender, ResponseSender, WaitingCall},
        erased::{AnyMessage, CallMessages, erase_stream, restore_stream},
    },
};

/// A message of a request: recorded, and shown in failures.
pub trait RequestMessage: Clone + Debug + Send + 'static {}
impl<Q: Clone + Debug + Send + 'static> RequestMessage for Q {}

/// A message of a response: recorded, and shown in failures.
pub trait ResponseMessage: Clone + Debug + Send + 'static {}
impl<R: Clone + Debug + Send + 'static> ResponseMessage for R {}

/// The kind of a method and its messages: the input and the output of a call.
pub trait CallShape: Sized + 'static {
    /// The message of the request, or of the stream of requests.
    type Message: RequestMessage;
    /// The message of the response, or of the stream of responses.
    type Response: ResponseMessage;
    /// The input of a call: the message, or a stream of it.
    type Input: Send + 'static;
    /// The output of a call: a message, or a stream of it.
    type Output: Send + 'static;
    /// A call that the test controls itself.
    type Manual: Send;

    /// Returns the input without its type.
    #[doc(hidden)]
    fn erase_input(input: Self::Input) -> CallMessages;

    /// Returns the input with its type.
    #[doc(hidden)]
    fn restore_input(input: CallMessages) -> Box<Self::Input>;

    /// Returns the output without its type.
    #[doc(hidden)]
    fn erase_output(output: Self::Output) -> CallMessages;

    /// Returns the output with its type.
    #[doc(hidden)]
    fn restore_output(output: CallMessages) -> Self::Output;

    /// Lets the test control a call.
    #[doc(hidden)]
    fn manual(waiting: WaitingCall<Self::Input, Self::Output>) -> Self::Manual;
}

/// A [`CallShape`] with exactly one request, so that a script may depend on it.
pub trait SingleRequest: CallShape {}

/// A [`CallShape`] with a stream of requests, so that a script may depend on the first.
pub trait StreamedRequests: CallShape {}

/// One request, one response.
#[derive(Debug)]
pub struct UnaryShape<Q, R>(PhantomData<fn(Q) -> R>);

/// One request, a stream of responses.
#[derive(Debug)]
pub struct ServerStreamingShape<Q, R>(PhantomData<fn(Q) -> R>);

/// A stream of requests, one response.
#[derive(Debug)]
pub struct ClientStreamingShape<Q, R>(PhantomData<fn(Q) -> R>);

/// A stream of requests, a stream of responses.
#[derive(Debug)]
pub struct BidiStreamingShape<Q, R>(PhantomData<fn(Q) -> R>);

impl<Q: RequestMessage, R: ResponseMessage> CallShape for UnaryShape<Q, R> {
    type Message = Q;
    type Response = R;
    type Input = Q;
    type Output = R;
    type Manual = ManualCall<Q, ReplySender<R>>;

    fn erase_input(input: Q) -> CallMessages {
        CallMessages::Message(AnyMessage::new(input))
    }

    fn restore_input(input: CallMessages) -> Box<Q> {
        input.into_message().into_box()
    }

    fn erase_output(output: R) -> CallMessages {
        CallMessages::Message(AnyMessage::new(output))
    }

    fn restore_output(output: CallMessages) -> R {
        *output.into_message().into_box()
    }

    fn manual(waiting: WaitingCall<Q, R>) -> Self::Manual {
        ManualCall::with_reply(waiting)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> CallShape for ServerStreamingShape<Q, R> {
    type Message = Q;
    type Response = R;
    type Input = Q;
    type Output = Streaming<R>;
    type Manual = ManualCall<Q, ResponseSender<R>>;

    fn erase_input(input: Q) -> CallMessages {
        CallMessages::Message(AnyMessage::new(input))
    }

    fn restore_input(input: CallMessages) -> Box<Q> {
        input.into_message().into_box()
    }

    fn erase_output(output: Streaming<R>) -> CallMessages {
        CallMessages::Stream(erase_stream(output))
    }

    fn restore_output(output: CallMessages) -> Streaming<R> {
        restore_stream(output.into_stream())
    }

    fn manual(waiting: WaitingCall<Q, Streaming<R>>) -> Self::Manual {
        ManualCall::with_responses(waiting)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> CallShape for ClientStreamingShape<Q, R> {
    type Message = Q;
    type Response = R;
    type Input = Streaming<Q>;
    type Output = R;
    type Manual = ManualCall<Streaming<Q>, ReplySender<R>>;

    fn erase_input(input: Streaming<Q>) -> CallMessages {
        CallMessages::Stream(erase_stream(input))
    }

    fn restore_input(input: CallMessages) -> Box<Streaming<Q>> {
        Box::new(restore_stream(input.into_stream()))
    }

    fn erase_output(output: R) -> CallMessages {
        CallMessages::Message(AnyMessage::new(output))
    }

    fn restore_output(output: CallMessages) -> R {
        *output.into_message().into_box()
    }

    fn manual(waiting: WaitingCall<Streaming<Q>, R>) -> Self::Manual {
        ManualCall::with_reply(waiting)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> CallShape for BidiStreamingShape<Q, R> {
    type Message = Q;
    type Response = R;
    type Input = Streaming<Q>;
    type Output = Streaming<R>;
    type Manual = ManualCall<Streaming<Q>, ResponseSender<R>>;

    fn erase_input(input: Streaming<Q>) -> CallMessages {
        CallMessages::Stream(erase_stream(input))
    }

    fn restore_input(input: CallMessages) -> Box<Streaming<Q>> {
        Box::new(restore_stream(input.into_stream()))
    }

    fn erase_output(output: Streaming<R>) -> CallMessages {
        CallMessages::Stream(erase_stream(output))
    }

    fn restore_output(output: CallMessages) -> Streaming<R> {
        restore_stream(output.into_stream())
    }

    fn manual(waiting: WaitingCall<Streaming<Q>, Streaming<R>>) -> Self::Manual {
        ManualCall::with_responses(waiting)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> SingleRequest for UnaryShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> SingleRequest for ServerStreamingShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> StreamedRequests for ClientStreamingShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> StreamedRequests for BidiStreamingShape<Q, R> {}
