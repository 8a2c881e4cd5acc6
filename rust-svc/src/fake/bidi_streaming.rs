//! Methods with a stream of requests and a stream of responses.

use std::{fmt, future::Future, panic::Location, time::Duration};

use futures::future::BoxFuture;

use crate::{
    Context, Error, Result, Sender, Streaming,
    fake::{
        Call, Gate, MethodFake, Played, Script, Times,
        rule::Pause,
        shape::{BidiStreamingShape, Request, Response},
        steps::{End, Expected, Step, Steps},
    },
};

/// The fake of a method with a stream of requests and a stream of responses: scripted, or played by the test.
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

/// A script of a dialogue. It counts once it says how it ends.
#[must_use = "a script counts once it says how it ends: `end`, `fail` or `stall`"]
pub struct Dialogue<Q: Request, R: Response> {
    script: Script<BidiStreamingShape<Q, R>>,
    steps: Vec<Step<Q, R>>,
}

impl<Q: Request, R: Response> BidiStreaming<Q, R> {
    /// Answers a call. Generated code calls it. Boxed here, once for all messages, because a compiler takes long to look
    /// into what is inside for each method of each fake.
    pub fn bidi_streaming(&self, cx: Context, requests: Streaming<Q>) -> BoxFuture<'_, Result<Streaming<R>>> {
        Box::pin(async move {
            let flight = self.begin(cx);
            let requests = flight.many(requests);
            let answer = self.answer(&flight, Box::new(requests)).await;
            flight.stream(answer)
        })
    }

    /// Begins a script with a message to the caller.
    #[track_caller]
    pub fn send(&self, response: R) -> Dialogue<Q, R> {
        self.script().send(response)
    }

    /// Begins a script with a message of the caller, which comes `within` this time and satisfies `predicate`.
    #[track_caller]
    pub fn expect(&self, within: Duration, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Dialogue<Q, R> {
        self.script().expect(within, predicate)
    }

    /// Answers any number of calls with the stream that `handler` makes for each.
    #[track_caller]
    pub fn handles<F, Fut>(&self, handler: F)
    where
        F: Fn(Call<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.script().handles(handler);
    }

    /// Waits for a call, which the test then plays. From the first time on, calls that no script before it answers wait
    /// to be taken, also between one `take` and the next.
    #[track_caller]
    pub fn take(&self) -> impl Future<Output = Played<Streaming<Q>, Sender<R>>> + Send + use<Q, R> {
        let queue = self.queue();
        async move { Played::streaming(queue.leave().await) }
    }
}

impl<Q: Request, R: Response> Script<BidiStreamingShape<Q, R>> {
    /// Goes on with a message to the caller. What was said before it (delays, gates) comes before the call answers at
    /// all, what is said after it comes between messages.
    pub fn send(self, response: R) -> Dialogue<Q, R> {
        self.dialogue().send(response)
    }

    /// Goes on with a message of the caller, which comes `within` this time and satisfies `predicate`.
    #[track_caller]
    pub fn expect(self, within: Duration, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Dialogue<Q, R> {
        self.dialogue().expect(within, predicate)
    }

    /// Goes on with the dialogue, which may then wait before its first message, or have none.
    pub fn dialogue(self) -> Dialogue<Q, R> {
        Dialogue { script: self, steps: Vec::new() }
    }

    /// Answers with the stream that `handler` makes for each call: any number, unless [`times`](Self::times) says.
    #[track_caller]
    pub fn handles<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.install(Times::ANY, handler);
    }
}

impl<Q: Request, R: Response> Dialogue<Q, R> {
    /// Sends a message.
    pub fn send(self, response: R) -> Self {
        self.step(Step::Send(response))
    }

    /// Waits so long.
    pub fn wait(self, duration: Duration) -> Self {
        self.step(Step::Pause(Pause::Time(duration)))
    }

    /// Waits until the gate is open.
    pub fn hold(self, gate: &Gate) -> Self {
        self.step(Step::Pause(Pause::Gate(gate.clone())))
    }

    /// Waits for the next message of the caller, which comes `within` this time and satisfies `predicate`. If not, the
    /// caller gets `FAILED_PRECONDITION`, and the test fails when it is verified.
    #[track_caller]
    pub fn expect(self, within: Duration, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        self.step(Step::Expect(Expected { location: Location::caller(), within }, Box::new(predicate)))
    }

    /// Waits until the caller has sent all, which is `within` this time and without another message. If not, the
    /// caller gets `FAILED_PRECONDITION`, and the test fails when it is verified.
    #[track_caller]
    pub fn expect_end(self, within: Duration) -> Self {
        self.step(Step::ExpectEnd(Expected { location: Location::caller(), within }))
    }

    fn step(mut self, step: Step<Q, R>) -> Self {
        self.steps.push(step);
        self
    }
}

impl<Q: Request, R: Response + Clone + Sync> Dialogue<Q, R> {
    /// Ends the stream of responses.
    #[track_caller]
    pub fn end(self) {
        self.install(End::Ok);
    }

    /// Fails the call, after what was sent.
    #[track_caller]
    pub fn fail(self, error: Error) {
        self.install(End::Error(error));
    }

    /// Sends no more, and never ends; the call ends when it is cancelled or its deadline passes.
    #[track_caller]
    pub fn stall(self) {
        self.install(End::Stall);
    }

    #[track_caller]
    fn install(self, end: End) {
        let steps = Steps::new(self.steps, end);
        self.script.install(Times::ONCE, move |call| std::future::ready(Ok(steps.clone().play(call))));
    }
}

impl<Q: Request, R: Response> fmt::Debug for Dialogue<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} steps", self.script, self.steps.len())
    }
}
