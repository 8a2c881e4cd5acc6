//! Methods with one request and a stream of responses.

use std::{fmt, future::Future, time::Duration};

use futures::future::BoxFuture;

use crate::{
    Context, Error, Result, Sender, Streaming,
    fake::{
        Call, Gate, MethodFake, Played, Script, Times,
        rule::Pause,
        shape::{Request, Response, ServerStreamingShape},
        steps::{End, Step, Steps},
    },
};

/// The fake of a method with one request and a stream of responses.
///
/// ```
/// # use rust_svc::{Context, Error, Method, fake::{Gate, ServerStreaming, Session}};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # let watch: ServerStreaming<String, u32> = Session::lenient().fake(Method::server_streaming("/inventory.v1.InventoryService/WatchStockLevels"));
/// let gate = Gate::new();
/// watch.when(|product| product == "anvil").send(10).wait(Duration::from_millis(50)).send(9).hold(&gate).end();
/// watch.send(3).fail(Error::unavailable("restarting"));
/// watch.always([3, 2, 1]);
/// # }
/// ```
pub type ServerStreaming<Q, R> = MethodFake<ServerStreamingShape<Q, R>>;

/// A script of a stream of responses. It counts once it says how it ends.
#[must_use = "a script counts once it says how it ends: `end`, `fail` or `stall`"]
pub struct Messages<Q: Request, R: Response> {
    script: Script<ServerStreamingShape<Q, R>>,
    steps: Vec<Step<Q, R>>,
}

impl<Q: Request, R: Response> ServerStreaming<Q, R> {
    /// Answers a call. Generated code calls it. Boxed here, once for all messages, because a compiler takes long to look
    /// into what is inside for each method of each fake.
    pub fn server_streaming(&self, cx: Context, request: Q) -> BoxFuture<'_, Result<Streaming<R>>> {
        Box::pin(async move {
            let flight = self.begin(cx);
            let request = flight.one(request);
            let answer = self.answer(&flight, Box::new(request)).await;
            flight.stream(answer)
        })
    }

    /// Begins a script with a message.
    #[track_caller]
    pub fn send(&self, response: R) -> Messages<Q, R> {
        self.script().send(response)
    }

    /// Answers one call with these messages and then the end.
    #[track_caller]
    pub fn returns(&self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.script().returns(responses);
    }

    /// Answers any number of calls with these messages and then the end.
    #[track_caller]
    pub fn always(&self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.script().always(responses);
    }

    /// Answers any number of calls with the stream that `handler` makes for each.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(Call<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }

    /// Waits for a call, which the test then answers. From the first time on, calls that no script before it answers
    /// wait to be taken, also between one `take` and the next.
    #[track_caller]
    pub fn take(&self) -> impl Future<Output = Played<Q, Sender<R>>> + Send + use<Q, R> {
        let queue = self.queue();
        async move { Played::streaming(queue.leave().await) }
    }
}

impl<Q: Request, R: Response> Script<ServerStreamingShape<Q, R>> {
    /// Goes on with a message. What was said before it (delays, gates) comes before the call answers at all, what is
    /// said after it comes between messages.
    pub fn send(self, response: R) -> Messages<Q, R> {
        self.messages().send(response)
    }

    /// Goes on with the stream of messages, which may then wait before its first, or have none.
    pub fn messages(self) -> Messages<Q, R> {
        Messages { script: self, steps: Vec::new() }
    }

    /// Answers with these messages and then the end: one call, or as many as [`times`](Self::times) says.
    #[track_caller]
    pub fn returns(self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        responses.into_iter().fold(self.messages(), Messages::send).end();
    }

    /// Answers any number of calls with these messages and then the end.
    #[track_caller]
    pub fn always(self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(responses);
    }

    /// Answers with the stream that `handler` makes for each call: any number, unless [`times`](Self::times) says.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.install(Times::ANY, handler);
    }
}

impl<Q: Request, R: Response> Messages<Q, R> {
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

    fn step(mut self, step: Step<Q, R>) -> Self {
        self.steps.push(step);
        self
    }
}

impl<Q: Request, R: Response + Clone + Sync> Messages<Q, R> {
    /// Ends the stream.
    #[track_caller]
    pub fn end(self) {
        self.install(End::Ok);
    }

    /// Fails the stream, after what was sent.
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
        self.script.install(Times::ONCE, move |call| {
            let answers = steps.clone().play(call.with_request(Streaming::empty()));
            std::future::ready(Ok(answers))
        });
    }
}

impl<Q: Request, R: Response> fmt::Debug for Messages<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} steps", self.script, self.steps.len())
    }
}
