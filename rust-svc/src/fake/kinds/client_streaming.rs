//! Methods with a stream of requests and one response.

use std::{fmt, panic::Location, sync::Arc};

use super::shape::{ClientStreamingShape, RequestMessage, ResponseMessage};
use crate::{
    Context, Error, Result, Streaming,
    fake::{
        FakeCall, MethodFake, Script, Times,
        call::{FailureReporter, Position},
        script::ScriptLocation,
        text::json,
    },
};

/// The fake of a method with a stream of requests and one response.
///
/// ```
/// # use rust_svc::{Context, Error, Method, fake::{ClientStreaming, Session}};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # let upload: ClientStreaming<u32, usize> = Session::lenient().fake(Method::client_streaming("/inventory.v1.InventoryService/UploadTelemetry"));
/// upload.first(|reading| *reading == 0).at_least(3).returns_with(async |call| Ok(call.request().len()));
/// upload.when_metadata("x-quota", "0").after_messages(2).fails(Error::resource_exhausted("quota"));
/// upload.always(0);
/// # }
/// ```
pub type ClientStreaming<Q, R> = MethodFake<ClientStreamingShape<Q, R>>;

/// A script that reads the messages of a call before it responds: all of them, or [a number](Self::after_messages).
#[must_use = "a script is in force once it has a response"]
pub struct ClientStreamingScript<Q: RequestMessage, R: ResponseMessage> {
    script: Script<ClientStreamingShape<Q, R>>,
    plan: ReadPlan<Q>,
}

/// How far to read, and the expectations of the messages.
struct ReadPlan<Q> {
    until: Option<usize>,
    at_least: Option<(usize, ScriptLocation)>,
    expectations: Vec<Expectation<Q>>,
}

/// An expectation of some messages.
struct Expectation<Q> {
    location: ScriptLocation,
    /// The index of the only message that it checks; `None` if it checks each.
    index: Option<usize>,
    predicate: Box<dyn Fn(&Q) -> bool + Send + Sync>,
}

impl<Q: RequestMessage, R: ResponseMessage> ClientStreaming<Q, R> {
    /// Responds to a call. Generated code calls it.
    pub async fn client_streaming(&self, cx: Context, requests: Streaming<Q>) -> Result<R> {
        self.call(cx, requests).await
    }

    /// Begins a script that reads no more than this many messages, and then responds early.
    #[track_caller]
    pub fn after_messages(&self, count: usize) -> ClientStreamingScript<Q, R> {
        self.script().after_messages(count)
    }

    /// Begins a script whose first message must satisfy `predicate`.
    #[track_caller]
    pub fn first(&self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> ClientStreamingScript<Q, R> {
        self.script().first(predicate)
    }

    /// Begins a script whose messages must satisfy `predicate`.
    #[track_caller]
    pub fn each(&self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> ClientStreamingScript<Q, R> {
        self.script().each(predicate)
    }

    /// Begins a script that expects this many messages, or more.
    #[track_caller]
    pub fn at_least(&self, count: usize) -> ClientStreamingScript<Q, R> {
        self.script().at_least(count)
    }

    /// Reads all messages and responds, for one call.
    #[track_caller]
    pub fn returns(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().returns(response);
    }

    /// Reads all messages and responds to one call with a response whose fields are empty.
    #[track_caller]
    pub fn returns_default(&self)
    where
        R: Clone + Default + Sync,
    {
        self.script().returns_default();
    }

    /// Reads all messages and responds, for any number of calls.
    #[track_caller]
    pub fn always(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().always(response);
    }

    /// Reads all messages and responds with the result of `handler`, for any number of calls.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(FakeCall<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }

    /// Responds to any number of calls with the result of `handler`, which reads the messages itself.
    #[track_caller]
    pub fn handles<F, Fut>(&self, handler: F)
    where
        F: Fn(FakeCall<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().handles(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> Script<ClientStreamingShape<Q, R>> {
    fn reading(self) -> ClientStreamingScript<Q, R> {
        ClientStreamingScript { script: self, plan: ReadPlan { until: None, at_least: None, expectations: Vec::new() } }
    }

    /// Reads no more than this many messages, and then responds early.
    pub fn after_messages(self, count: usize) -> ClientStreamingScript<Q, R> {
        self.reading().after_messages(count)
    }

    /// Expects that the first message satisfies `predicate`.
    #[track_caller]
    pub fn first(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> ClientStreamingScript<Q, R> {
        self.reading().first(predicate)
    }

    /// Expects that each message satisfies `predicate`.
    #[track_caller]
    pub fn each(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> ClientStreamingScript<Q, R> {
        self.reading().each(predicate)
    }

    /// Expects this many messages, or more.
    #[track_caller]
    pub fn at_least(self, count: usize) -> ClientStreamingScript<Q, R> {
        self.reading().at_least(count)
    }

    /// Reads all messages and responds, for one call or as many as [`times`](Self::times) sets.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.reading().returns(response);
    }

    /// Reads all messages and responds with a response whose fields are empty.
    #[track_caller]
    pub fn returns_default(self)
    where
        R: Clone + Default + Sync,
    {
        self.with_invalid_responses().returns(R::default());
    }

    /// Reads all messages and responds, for any number of calls.
    #[track_caller]
    pub fn always(self, response: R)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(response);
    }

    /// Reads all messages and responds with the result of `handler`, for any number of calls or as many as
    /// [`times`](Self::times) sets.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.reading().returns_with(handler);
    }

    /// Responds with the result of `handler`, which reads the messages itself, to any number of calls or as many as
    /// [`times`](Self::times) sets.
    #[track_caller]
    pub fn handles<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install_handler(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> ClientStreamingScript<Q, R> {
    /// Reads no more than this many messages, and then responds early.
    pub fn after_messages(mut self, count: usize) -> Self {
        self.plan.until = Some(count);
        self
    }

    /// Expects that the first message satisfies `predicate`.
    #[track_caller]
    pub fn first(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        self.expect(Some(0), Location::caller(), predicate)
    }

    /// Expects that each message satisfies `predicate`.
    #[track_caller]
    pub fn each(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        self.expect(None, Location::caller(), predicate)
    }

    /// Expects this many messages, or more.
    #[track_caller]
    pub fn at_least(mut self, count: usize) -> Self {
        self.plan.at_least = Some((count, self.script.location.of_part(Location::caller())));
        self
    }

    /// Responds to one call, or to as many as [`times`](Script::times) sets. A call that does not meet the expectations
    /// gets `FAILED_PRECONDITION`, and the test fails.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.install(Times::ONCE, false, move |_| std::future::ready(Ok(response.clone())));
    }

    /// Fails one call, or as many as [`times`](Script::times) sets, after reading.
    #[track_caller]
    pub fn fails(self, error: impl Into<Error>) {
        let error = error.into();
        self.install(Times::ONCE, false, move |_| std::future::ready(Err(error.clone())));
    }

    /// Responds with the result of `handler` to any number of calls, or to as many as [`times`](Script::times) sets.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install(Times::ANY, true, handler);
    }

    /// Puts the script in force. `is_free`: the call may end while `handler` runs.
    #[track_caller]
    fn install<F, Fut>(self, default: Times, is_free: bool, handler: F)
    where
        F: Fn(FakeCall<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        let (plan, handler) = (Arc::new(self.plan), Arc::new(handler));
        self.script.install(default, move |call| {
            let (plan, handler) = (plan.clone(), handler.clone());
            async move {
                let (requests, call) = call.split();
                call.run.reach(Position::Requests);
                let read = plan.read(requests, &call.reporter).await;
                if is_free || read.is_err() {
                    call.run.complete();
                }
                let requests = read?;
                handler(call.with_request(Box::new(requests))).await
            }
        });
    }

    fn expect(
        mut self,
        index: Option<usize>,
        location: &'static Location<'static>,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> Self {
        let location = self.script.location.of_part(location);
        self.plan.expectations.push(Expectation { location, index, predicate: Box::new(predicate) });
        self
    }
}

impl<Q: RequestMessage> ReadPlan<Q> {
    async fn read(&self, mut requests: Streaming<Q>, reporter: &FailureReporter) -> Result<Vec<Q>> {
        let mut read = Vec::new();
        while self.until.is_none_or(|until| read.len() < until) {
            let Some(request) = requests.next().await.transpose()? else { break };
            self.check(read.len(), &request, reporter)?;
            read.push(request);
        }
        match &self.at_least {
            Some((least, location)) if read.len() < *least => Err(reporter.unexpected(&format!(
                "the script at {location} expects at least {least} messages, got {}",
                read.len()
            ))),
            _ => Ok(read),
        }
    }

    fn check(&self, index: usize, request: &Q, reporter: &FailureReporter) -> Result<()> {
        match self.expectations.iter().find(|expectation| !expectation.is_met(index, request)) {
            None => Ok(()),
            Some(Expectation { location, .. }) => Err(reporter.unexpected(&format!(
                "the script at {location} expects another message than number {}: {}",
                index + 1,
                json::of(request)
            ))),
        }
    }
}

impl<Q> Expectation<Q> {
    fn is_met(&self, index: usize, request: &Q) -> bool {
        self.index.is_some_and(|only| only != index) || (self.predicate)(request)
    }
}

impl<Q: RequestMessage, R: ResponseMessage> fmt::Debug for ClientStreamingScript<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} expectations", self.script, self.plan.expectations.len())
    }
}
