//! Methods with one request and a stream of responses.

use std::{fmt, time::Duration};

use super::shape::{RequestMessage, ResponseMessage, ServerStreamingShape};
use crate::{
    Context, Error, Result, Streaming,
    fake::{
        FakeCall, Gate, MethodFake, Script, Times,
        script::{Pause, ScriptEnd, ScriptStep, StepScript},
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

/// A script of a stream of responses. It is in force once it has an end.
#[must_use = "a script is in force once it has an end: `end`, `fail` or `stall`"]
pub struct ServerStreamingScript<Q: RequestMessage, R: ResponseMessage> {
    script: Script<ServerStreamingShape<Q, R>>,
    steps: Vec<ScriptStep<Q, R>>,
}

impl<Q: RequestMessage, R: ResponseMessage> ServerStreaming<Q, R> {
    /// Responds to a call. Generated code calls it.
    pub async fn server_streaming(&self, cx: Context, request: Q) -> Result<Streaming<R>> {
        self.call(cx, request).await
    }

    /// Begins a script with a message.
    #[track_caller]
    pub fn send(&self, response: R) -> ServerStreamingScript<Q, R> {
        self.script().send(response)
    }

    /// Responds to one call with these messages.
    #[track_caller]
    pub fn returns(&self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.script().returns(responses);
    }

    /// Responds to any number of calls with these messages.
    #[track_caller]
    pub fn always(&self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.script().always(responses);
    }

    /// Responds to any number of calls with the stream that `handler` returns.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(FakeCall<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> Script<ServerStreamingShape<Q, R>> {
    /// Goes on with a message. Delays and gates before it come before the stream begins, those after it between
    /// messages.
    pub fn send(self, response: R) -> ServerStreamingScript<Q, R> {
        self.messages().send(response)
    }

    /// Goes on with the stream of messages, which may then wait before its first, or have none.
    pub fn messages(self) -> ServerStreamingScript<Q, R> {
        ServerStreamingScript { script: self, steps: Vec::new() }
    }

    /// Responds with these messages to one call, or to as many as [`times`](Self::times) sets.
    #[track_caller]
    pub fn returns(self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        responses.into_iter().fold(self.messages(), ServerStreamingScript::send).end();
    }

    /// Responds to any number of calls with these messages.
    #[track_caller]
    pub fn always(self, responses: impl IntoIterator<Item = R>)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(responses);
    }

    /// Responds with the stream that `handler` returns to any number of calls, or to as many as [`times`](Self::times)
    /// sets.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Streaming<R>>> + Send + 'static,
    {
        self.install_handler(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> ServerStreamingScript<Q, R> {
    /// Sends a message.
    pub fn send(self, response: R) -> Self {
        self.step(ScriptStep::Send(response))
    }

    /// Sends a message that `reply` makes of the request.
    pub fn send_with(self, reply: impl Fn(&Q) -> R + Send + Sync + 'static) -> Self {
        self.step(ScriptStep::SendWith(Box::new(reply)))
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

    fn step(mut self, step: ScriptStep<Q, R>) -> Self {
        self.steps.push(step);
        self
    }
}

impl<Q: RequestMessage, R: ResponseMessage + Clone + Sync> ServerStreamingScript<Q, R> {
    /// Ends the stream.
    #[track_caller]
    pub fn end(self) {
        self.install(ScriptEnd::Ok);
    }

    /// Fails the stream after its messages.
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
        self.script.install(Times::ONCE, move |call| {
            let (request, call) = call.split();
            let responses = steps.clone().play(call.with_request(Box::new(Streaming::empty())), Some(request));
            std::future::ready(Ok(responses))
        });
    }
}

impl<Q: RequestMessage, R: ResponseMessage> fmt::Debug for ServerStreamingScript<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} steps", self.script, self.steps.len())
    }
}
