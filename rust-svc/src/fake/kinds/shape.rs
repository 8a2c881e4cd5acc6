//! The differences between the four kinds of methods.

use std::{fmt::Debug, marker::PhantomData, mem};

use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future, future::BoxFuture, stream};

use crate::{
    Error, Result, Streaming,
    fake::call::{ManualCall, ReplySender, ResponseSender, WaitingCall},
};

/// A message of a request: recorded, and shown in failures.
pub trait RequestMessage: Clone + Debug + Send + 'static {}
impl<Q: Clone + Debug + Send + 'static> RequestMessage for Q {}

/// A message of a response: recorded, and shown in failures.
pub trait ResponseMessage: Clone + Debug + Send + 'static {}
impl<R: Clone + Debug + Send + 'static> ResponseMessage for R {}

/// The kind of a method and its messages: what goes into a call, and what comes out.
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

    /// Returns the request, where there is exactly one.
    fn request(input: &Self::Input) -> Option<&Self::Message>;

    /// Waits for the first request of a stream, without taking it away.
    fn peek(input: &mut Self::Input) -> BoxFuture<'_, Option<Self::Message>>;

    /// Fails a call that was carried out: a stream after its last message.
    #[doc(hidden)]
    fn fail_after(output: Self::Output, error: Error) -> Result<Self::Output>;

    /// Checks each request before a script sees it.
    #[doc(hidden)]
    fn check_requests(
        input: &mut Self::Input,
        check: impl Fn(Self::Message) -> Result<Self::Message> + Send + 'static,
    ) -> Result<()>;

    /// Checks each response before the caller gets it.
    #[doc(hidden)]
    fn check_responses(
        output: Box<Self::Output>,
        check: impl Fn(&Self::Response) -> Result<()> + Send + 'static,
    ) -> Result<Box<Self::Output>>;

    /// Responds with empty fields: to a stream after its last message, and with a stream that ends.
    #[doc(hidden)]
    fn respond_zero(input: Self::Input, zero: fn() -> Self::Response) -> BoxFuture<'static, Result<Self::Output>>;

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

    fn request(input: &Q) -> Option<&Q> {
        Some(input)
    }

    fn peek(input: &mut Q) -> BoxFuture<'_, Option<Q>> {
        future::ready(Some(input.clone())).boxed()
    }

    fn fail_after(_: R, error: Error) -> Result<R> {
        Err(error)
    }

    fn check_requests(input: &mut Q, check: impl Fn(Q) -> Result<Q> + Send + 'static) -> Result<()> {
        *input = check(input.clone())?;
        Ok(())
    }

    fn check_responses(output: Box<R>, check: impl Fn(&R) -> Result<()> + Send + 'static) -> Result<Box<R>> {
        check(&output).map(|()| output)
    }

    fn respond_zero(_: Q, zero: fn() -> R) -> BoxFuture<'static, Result<R>> {
        future::ready(Ok(zero())).boxed()
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

    fn request(input: &Q) -> Option<&Q> {
        Some(input)
    }

    fn peek(input: &mut Q) -> BoxFuture<'_, Option<Q>> {
        future::ready(Some(input.clone())).boxed()
    }

    fn fail_after(output: Streaming<R>, error: Error) -> Result<Streaming<R>> {
        Ok(Streaming::new(output.chain(stream::once(future::ready(Err(error))))))
    }

    fn check_requests(input: &mut Q, check: impl Fn(Q) -> Result<Q> + Send + 'static) -> Result<()> {
        *input = check(input.clone())?;
        Ok(())
    }

    fn check_responses(
        output: Box<Streaming<R>>,
        check: impl Fn(&R) -> Result<()> + Send + 'static,
    ) -> Result<Box<Streaming<R>>> {
        let checked =
            StreamExt::map(*output, move |response| response.and_then(|response| check(&response).map(|()| response)));
        Ok(Box::new(Streaming::new(checked)))
    }

    fn respond_zero(_: Q, _: fn() -> R) -> BoxFuture<'static, Result<Streaming<R>>> {
        future::ready(Ok(Streaming::empty())).boxed()
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

    fn request(_: &Streaming<Q>) -> Option<&Q> {
        None
    }

    fn peek(input: &mut Streaming<Q>) -> BoxFuture<'_, Option<Q>> {
        peek(input).boxed()
    }

    fn fail_after(_: R, error: Error) -> Result<R> {
        Err(error)
    }

    fn check_requests(input: &mut Streaming<Q>, check: impl Fn(Q) -> Result<Q> + Send + 'static) -> Result<()> {
        let requests = mem::replace(input, Streaming::empty());
        *input = Streaming::new(StreamExt::map(requests, move |request| request.and_then(&check)));
        Ok(())
    }

    fn check_responses(output: Box<R>, check: impl Fn(&R) -> Result<()> + Send + 'static) -> Result<Box<R>> {
        check(&output).map(|()| output)
    }

    fn respond_zero(requests: Streaming<Q>, zero: fn() -> R) -> BoxFuture<'static, Result<R>> {
        requests.try_for_each(|_| future::ready(Ok(()))).map_ok(move |()| zero()).boxed()
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

    fn request(_: &Streaming<Q>) -> Option<&Q> {
        None
    }

    fn peek(input: &mut Streaming<Q>) -> BoxFuture<'_, Option<Q>> {
        peek(input).boxed()
    }

    fn fail_after(output: Streaming<R>, error: Error) -> Result<Streaming<R>> {
        Ok(Streaming::new(output.chain(stream::once(future::ready(Err(error))))))
    }

    fn check_requests(input: &mut Streaming<Q>, check: impl Fn(Q) -> Result<Q> + Send + 'static) -> Result<()> {
        let requests = mem::replace(input, Streaming::empty());
        *input = Streaming::new(StreamExt::map(requests, move |request| request.and_then(&check)));
        Ok(())
    }

    fn check_responses(
        output: Box<Streaming<R>>,
        check: impl Fn(&R) -> Result<()> + Send + 'static,
    ) -> Result<Box<Streaming<R>>> {
        let checked =
            StreamExt::map(*output, move |response| response.and_then(|response| check(&response).map(|()| response)));
        Ok(Box::new(Streaming::new(checked)))
    }

    fn respond_zero(requests: Streaming<Q>, _: fn() -> R) -> BoxFuture<'static, Result<Streaming<R>>> {
        let rest = requests.filter_map(|request| future::ready(request.err().map(Err)));
        future::ready(Ok(Streaming::new(rest))).boxed()
    }

    fn manual(waiting: WaitingCall<Streaming<Q>, Streaming<R>>) -> Self::Manual {
        ManualCall::with_responses(waiting)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> SingleRequest for UnaryShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> SingleRequest for ServerStreamingShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> StreamedRequests for ClientStreamingShape<Q, R> {}
impl<Q: RequestMessage, R: ResponseMessage> StreamedRequests for BidiStreamingShape<Q, R> {}

/// Reads the first message of a stream and puts it back.
async fn peek<Q: RequestMessage>(requests: &mut Streaming<Q>) -> Option<Q> {
    let first = requests.next().await?;
    let message = first.as_ref().ok().cloned();
    let rest = mem::replace(requests, Streaming::empty());
    *requests = Streaming::new(stream::iter([first]).chain(rest));
    message
}
