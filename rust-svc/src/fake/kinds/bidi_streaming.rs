//! Methods with a stream of requests and a stream of responses.

use std::{fmt, panic::Location, time::Duration};

use super::shape::{BidiStreamingShape, RequestMessage, ResponseMessage};
use crate::{
    Context, Error, Result, Streaming,
    fake::{
        FakeCall, Gate, MethodFake, Script, Times,
        script::{ExpectedMessage, Pause, ScriptEnd, ScriptStep, StepScript},
    },
};

/// The fake of a method with a stream of requests and a stream of responses.
///
/// ```
/// # use rust_svc::{Context, Error, Method, Streaming, fake::{BidiStreaming, Session}};
/// # use std::time::Duration;
/// # #[derive(Clone, Copy, Debug, PartialEq)] enum Say { Offer, Accept, Route }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> rust_svc::Result<()> {
/// # let session = Session::lenient();
/// # let assign: BidiStreaming<Say, Say> = session.fake(Method::bidi_streaming("/dispatch.v1.DispatchService/StreamAssignments"));
/// let within = Duration::from_millis(200);
/// assign.send(Say::Offer).expect(within, |it| *it == Say::Accept).send(Say::Route).expect_end(within).end();
///
/// # session.reset();
/// # let fake = assign.clone();
/// # let code_under_test = async move {
/// #     let mut offers = fake.bidi_streaming(Context::new(), Streaming::from_messages([Say::Accept])).await.unwrap();
/// #     offers.next().await.unwrap().unwrap();
/// #     offers.next().await
/// # };
/// let call = assign.take();
/// tokio::spawn(code_under_test);
/// let mut call = call.await;
/// call.send(Say::Offer).await?;
/// assert_eq!(call.recv().await?, Some(Say::Accept));
/// call.fail(Error::aborted("reassigned")).await;
/// # Ok(()) }
/// ```
pub type BidiStreaming<Q, R> = MethodFake<BidiStreamingShape<Q, R>>;

/// A script of messages in both directions. It is in force once it has an end.
#[must_use = "a script is in force once it has an end: `end`, `fail` or `stall`"]
pub struct BidiStreamingScript<Q: RequestMessage, R: ResponseMessage> {
    script: Script<BidiStreamingShape<Q, R>>,
    steps: Vec<ScriptStep<Q, R>>,
}

impl<Q: RequestMessage, R: ResponseMessage> BidiStreaming<Q, R> {
    /// Responds to a call. Generated code calls it.
    pub async fn bidi_streaming(&self, cx: Context, requests: Streaming<Q>) -> Result<Streaming<R>> {
        self.call(cx, requests).await
    }

    /// Begins a script with a message to the caller.
    #[track_caller]
    pub fn send(&self, response: R) -> BidiStreamingScript<Q, R> {
        self.script().send(response)
    }

    /// Begins a script with a message of the caller, which must come `within` this time and satisfy `predicate`.
    #[track_caller]
    pub fn expect(
        &self,
        within: Duration,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> BidiStreamingScript<Q, R> {
        self.script().expect(within, predicate)
    }

    /// Begins a script with a message of the caller, which must come `within` this time, and a reply to it.
    #[track_caller]
    pub fn reply(&self, within: Duration, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> BidiStreamingScript<Q, R> {
        self.script().reply(within, reply)
    }

    /// Begins a script with a reply to each message of the caller, until it has sent all.
    #[track_caller]
    pub fn reply_each(&self, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> BidiStreamingScript<Q, R> {
        self.script().reply_each(reply)
    }

    /// Responds to any number of calls with the stream that `handler` returns.
    #[track_caller]
    pub fn handles<F, Fut>(&self, handler: F)
    where
        F: Fn(FakeCall<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.script().handles(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> Script<BidiStreamingShape<Q, R>> {
    /// Goes on with a message to the caller. Delays and gates before it come before the stream begins, those after it
    /// between messages.
    pub fn send(self, response: R) -> BidiStreamingScript<Q, R> {
        self.dialogue().send(response)
    }

    /// Goes on with a message of the caller, which must come `within` this time and satisfy `predicate`.
    #[track_caller]
    pub fn expect(
        self,
        within: Duration,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> BidiStreamingScript<Q, R> {
        self.dialogue().expect(within, predicate)
    }

    /// Goes on with a message of the caller, which must come `within` this time, and a reply to it.
    #[track_caller]
    pub fn reply(self, within: Duration, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> BidiStreamingScript<Q, R> {
        self.dialogue().reply(within, reply)
    }

    /// Goes on with a reply to each message of the caller, until it has sent all.
    pub fn reply_each(self, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> BidiStreamingScript<Q, R> {
        self.dialogue().reply_each(reply)
    }

    /// Goes on with the messages, which may then wait before their first, or be none.
    pub fn dialogue(self) -> BidiStreamingScript<Q, R> {
        BidiStreamingScript { script: self, steps: Vec::new() }
    }

    /// Responds with the stream that `handler` returns to any number of calls, or to as many as [`times`](Self::times)
    /// sets.
    #[track_caller]
    pub fn handles<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.install_handler(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> BidiStreamingScript<Q, R> {
    /// Sends a message.
    pub fn send(self, response: R) -> Self {
        self.step(ScriptStep::Send(response))
    }

    /// Waits for a duration.
    pub fn wait(self, duration: Duration) -> Self {
        self.step(ScriptStep::Pause(Pause::Time(duration)))
    }

    /// Waits until the gate lets it through.
    pub fn hold(self, gate: &Gate) -> Self {
        self.script.fake.attach(gate);
        self.step(ScriptStep::Pause(Pause::Gate(gate.clone())))
    }

    /// Waits for the next message of the caller, which must come `within` this time and satisfy `predicate`. Otherwise
    /// the caller gets `FAILED_PRECONDITION`, and the test fails.
    #[track_caller]
    pub fn expect(self, within: Duration, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        let expected = self.expected(Location::caller(), within);
        self.step(ScriptStep::Expect(expected, Box::new(predicate)))
    }

    /// Waits for the next message of the caller, which must come `within` this time, and sends the reply to it.
    #[track_caller]
    pub fn reply(self, within: Duration, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> Self {
        let expected = self.expected(Location::caller(), within);
        self.step(ScriptStep::Reply(expected, Box::new(reply)))
    }

    /// Replies to each message of the caller, until it has sent all.
    pub fn reply_each(self, reply: impl Fn(Q) -> R + Send + Sync + 'static) -> Self {
        self.step(ScriptStep::ReplyEach(Box::new(reply)))
    }

    /// Waits until the caller has sent all, which must be `within` this time and without another message. Otherwise the
    /// caller gets `FAILED_PRECONDITION`, and the test fails.
    #[track_caller]
    pub fn expect_end(self, within: Duration) -> Self {
        let expected = self.expected(Location::caller(), within);
        self.step(ScriptStep::ExpectEnd(expected))
    }

    fn expected(&self, location: &'static Location<'static>, within: Duration) -> ExpectedMessage {
        ExpectedMessage { location: self.script.location.of_part(location), within }
    }

    fn step(mut self, step: ScriptStep<Q, R>) -> Self {
        self.steps.push(step);
        self
    }
}

impl<Q: RequestMessage, R: ResponseMessage + Clone + Sync> BidiStreamingScript<Q, R> {
    /// Ends the stream of responses.
    #[track_caller]
    pub fn end(self) {
        self.install(ScriptEnd::Ok);
    }

    /// Fails the call after its messages.
    #[track_caller]
    pub fn fail(self, error: impl Into<Error>) {
        self.install(ScriptEnd::Error(error.into()));
    }

    /// Sends nothing more and never ends: the call ends when it is cancelled or its deadline passes.
    #[track_caller]
    pub fn stall(self) {
        self.install(ScriptEnd::Stall);
    }

    #[track_caller]
    fn install(self, end: ScriptEnd) {
        let steps = StepScript::new(self.steps, end);
        self.script.install(Times::ONCE, move |call| std::future::ready(Ok(steps.clone().play(call, None))));
    }
}

impl<Q: RequestMessage, R: ResponseMessage> fmt::Debug for BidiStreamingScript<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} steps", self.script, self.steps.len())
    }
}
