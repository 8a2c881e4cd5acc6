//! What tells the four kinds of methods apart.

use std::{fmt::Debug, marker::PhantomData};

use crate::Streaming;

/// A message that a fake is asked with: recorded, and shown when something went wrong.
pub trait Request: Clone + Debug + Send + 'static {}
impl<Q: Clone + Debug + Send + 'static> Request for Q {}

/// A message that a fake answers with.
pub trait Response: Send + 'static {}
impl<R: Send + 'static> Response for R {}

/// What goes into a call and what comes out: the kind of a method and its messages.
pub trait Shape: 'static {
    /// The message of the request, or of the stream of requests.
    type Message: Request;
    /// What a call takes: the message, or a stream of it.
    type Input: Send + 'static;
    /// What a call answers: a message, or a stream of it.
    type Output: Send + 'static;

    /// The request, where there is exactly one.
    fn request(input: &Self::Input) -> Option<&Self::Message>;
}

/// A [`Shape`] with exactly one request, so that a script may depend on it.
pub trait OneRequest: Shape {}

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

impl<Q: Request, R: Response> Shape for UnaryShape<Q, R> {
    type Message = Q;
    type Input = Q;
    type Output = R;

    fn request(input: &Q) -> Option<&Q> {
        Some(input)
    }
}

impl<Q: Request, R: Response> Shape for ServerStreamingShape<Q, R> {
    type Message = Q;
    type Input = Q;
    type Output = Streaming<R>;

    fn request(input: &Q) -> Option<&Q> {
        Some(input)
    }
}

impl<Q: Request, R: Response> Shape for ClientStreamingShape<Q, R> {
    type Message = Q;
    type Input = Streaming<Q>;
    type Output = R;

    fn request(_: &Streaming<Q>) -> Option<&Q> {
        None
    }
}

impl<Q: Request, R: Response> Shape for BidiStreamingShape<Q, R> {
    type Message = Q;
    type Input = Streaming<Q>;
    type Output = Streaming<R>;

    fn request(_: &Streaming<Q>) -> Option<&Q> {
        None
    }
}

impl<Q: Request, R: Response> OneRequest for UnaryShape<Q, R> {}
impl<Q: Request, R: Response> OneRequest for ServerStreamingShape<Q, R> {}
