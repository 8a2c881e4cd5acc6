//! Methods with a stream of requests and one response.

use std::{fmt, future::Future, panic::Location, sync::Arc};

use futures::future::BoxFuture;

use crate::{
    Context, Error, Result, Streaming,
    fake::{
        Call, MethodFake, Played, Reply, Script, Times,
        call::Reporter,
        shape::{ClientStreamingShape, Request, Response},
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

/// A script that reads the messages of a call before it answers: all of them, unless told otherwise.
#[must_use = "a script counts once it says what it answers"]
pub struct Reading<Q: Request, R: Response> {
    script: Script<ClientStreamingShape<Q, R>>,
    plan: Plan<Q>,
}

/// How far to read, and what is expected of the messages.
struct Plan<Q> {
    until: Option<usize>,
    at_least: Option<(usize, &'static Location<'static>)>,
    expectations: Vec<Expectation<Q>>,
}

/// What is expected of some messages.
struct Expectation<Q> {
    location: &'static Location<'static>,
    /// The only message (from 0) of which it is expected; `None`: of each.
    index: Option<usize>,
    predicate: Box<dyn Fn(&Q) -> bool + Send + Sync>,
}

impl<Q: Request, R: Response> ClientStreaming<Q, R> {
    /// Answers a call. Generated code calls it. Boxed here, once for all messages, because a compiler takes long to look
    /// into what is inside for each method of each fake.
    pub fn client_streaming(&self, cx: Context, requests: Streaming<Q>) -> BoxFuture<'_, Result<R>> {
        Box::pin(async move {
            let flight = self.begin(cx);
            let requests = flight.many(requests);
            let answer = self.answer(&flight, Box::new(requests)).await;
            flight.finish(answer)
        })
    }

    /// Begins a script that reads no more than this many messages, and then answers early.
    #[track_caller]
    pub fn after_messages(&self, count: usize) -> Reading<Q, R> {
        self.script().after_messages(count)
    }

    /// Begins a script that expects this of the first message.
    #[track_caller]
    pub fn first(&self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Reading<Q, R> {
        self.script().first(predicate)
    }

    /// Begins a script that expects this of each message.
    #[track_caller]
    pub fn each(&self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Reading<Q, R> {
        self.script().each(predicate)
    }

    /// Begins a script that expects this many messages or more.
    #[track_caller]
    pub fn at_least(&self, count: usize) -> Reading<Q, R> {
        self.script().at_least(count)
    }

    /// Reads all messages and answers, for one call.
    #[track_caller]
    pub fn returns(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().returns(response);
    }

    /// Reads all messages and answers, for any number of calls.
    #[track_caller]
    pub fn always(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().always(response);
    }

    /// Reads all messages and answers with what `handler` makes of them, for any number of calls.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(Call<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }

    /// Answers any number of calls with what `handler`, which reads the messages itself, makes of each.
    #[track_caller]
    pub fn handles<F, Fut>(&self, handler: F)
    where
        F: Fn(Call<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().handles(handler);
    }

    /// Waits for a call, which the test then answers. From the first time on, calls that no script before it answers
    /// wait to be taken, also between one `take` and the next.
    #[track_caller]
    pub fn take(&self) -> impl Future<Output = Played<Streaming<Q>, Reply<R>>> + Send + use<Q, R> {
        let queue = self.queue();
        async move { Played::replying(queue.leave().await) }
    }
}

impl<Q: Request, R: Response> Script<ClientStreamingShape<Q, R>> {
    fn reading(self) -> Reading<Q, R> {
        Reading { script: self, plan: Plan { until: None, at_least: None, expectations: Vec::new() } }
    }

    /// Reads no more than this many messages, and then answers early.
    pub fn after_messages(self, count: usize) -> Reading<Q, R> {
        self.reading().after_messages(count)
    }

    /// Expects this of the first message.
    #[track_caller]
    pub fn first(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Reading<Q, R> {
        self.reading().first(predicate)
    }

    /// Expects this of each message.
    #[track_caller]
    pub fn each(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Reading<Q, R> {
        self.reading().each(predicate)
    }

    /// Expects this many messages or more.
    #[track_caller]
    pub fn at_least(self, count: usize) -> Reading<Q, R> {
        self.reading().at_least(count)
    }

    /// Reads all messages and answers: one call, or as many as [`times`](Self::times) says.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.reading().returns(response);
    }

    /// Reads all messages and answers, for any number of calls.
    #[track_caller]
    pub fn always(self, response: R)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(response);
    }

    /// Reads all messages and answers with what `handler` makes of them: any number of calls, unless
    /// [`times`](Self::times) says.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.reading().returns_with(handler);
    }

    /// Answers with what `handler`, which reads the messages itself, makes of each call: any number, unless
    /// [`times`](Self::times) says.
    #[track_caller]
    pub fn handles<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Streaming<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install(Times::ANY, handler);
    }
}

impl<Q: Request, R: Response> Reading<Q, R> {
    /// Reads no more than this many messages, and then answers early.
    pub fn after_messages(mut self, count: usize) -> Self {
        self.plan.until = Some(count);
        self
    }

    /// Expects this of the first message.
    #[track_caller]
    pub fn first(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        self.expect(Some(0), Location::caller(), predicate)
    }

    /// Expects this of each message.
    #[track_caller]
    pub fn each(self, predicate: impl Fn(&Q) -> bool + Send + Sync + 'static) -> Self {
        self.expect(None, Location::caller(), predicate)
    }

    /// Expects this many messages or more.
    #[track_caller]
    pub fn at_least(mut self, count: usize) -> Self {
        self.plan.at_least = Some((count, Location::caller()));
        self
    }

    /// Answers one call, or as many as [`times`](Script::times) says. A call that goes another way than expected gets
    /// `FAILED_PRECONDITION`, and fails the test when it is verified.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.install(Times::ONCE, move |_| std::future::ready(Ok(response.clone())));
    }

    /// Fails one call, or as many as [`times`](Script::times) says, after reading.
    #[track_caller]
    pub fn fails(self, error: Error) {
        self.install(Times::ONCE, move |_| std::future::ready(Err(error.clone())));
    }

    /// Answers with what `handler` makes of the messages: any number of calls, unless [`times`](Script::times) says.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install(Times::ANY, handler);
    }

    #[track_caller]
    fn install<F, Fut>(self, default: Times, handler: F)
    where
        F: Fn(Call<Vec<Q>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        let (plan, handler) = (Arc::new(self.plan), Arc::new(handler));
        self.script.install(default, move |call| {
            let (plan, handler) = (plan.clone(), handler.clone());
            async move {
                let (requests, call) = call.split();
                let requests = plan.read(requests, call.reporter()).await?;
                handler(call.with_request(requests)).await
            }
        });
    }

    fn expect(
        mut self,
        index: Option<usize>,
        location: &'static Location<'static>,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.plan.expectations.push(Expectation { location, index, predicate: Box::new(predicate) });
        self
    }
}

impl<Q: Request> Plan<Q> {
    async fn read(&self, mut requests: Streaming<Q>, reporter: &Reporter) -> Result<Vec<Q>> {
        let mut read = Vec::new();
        while self.until.is_none_or(|until| read.len() < until) {
            let Some(request) = requests.next().await.transpose()? else { break };
            self.check(read.len(), &request, reporter)?;
            read.push(request);
        }
        match self.at_least {
            Some((least, location)) if read.len() < least => Err(reporter.unexpected(&format!(
                "the script at {location} expects at least {least} messages, got {}",
                read.len()
            ))),
            _ => Ok(read),
        }
    }

    fn check(&self, index: usize, request: &Q, reporter: &Reporter) -> Result<()> {
        match self.expectations.iter().find(|expectation| !expectation.is_met(index, request)) {
            None => Ok(()),
            Some(Expectation { location, .. }) => Err(reporter.unexpected(&format!(
                "the script at {location} expects another message than number {}: {request:?}",
                index + 1
            ))),
        }
    }
}

impl<Q> Expectation<Q> {
    fn is_met(&self, index: usize, request: &Q) -> bool {
        self.index.is_some_and(|only| only != index) || (self.predicate)(request)
    }
}

impl<Q: Request, R: Response> fmt::Debug for Reading<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {} expectations", self.script, self.plan.expectations.len())
    }
}
