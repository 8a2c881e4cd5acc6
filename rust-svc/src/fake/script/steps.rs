//! The steps of a script with a stream of responses.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::time;

use super::{installed::Pause, location::ScriptLocation};
use crate::{
    Error, Result, Sender, Streaming,
    fake::{
        FakeCall, RequestMessage, ResponseMessage,
        call::{FailureReporter, Position, ScriptRun},
        text::json,
    },
};

/// The steps of a script, and its end.
pub(in crate::fake) struct StepScript<Q, R> {
    steps: Vec<ScriptStep<Q, R>>,
    end: ScriptEnd,
}

pub(in crate::fake) enum ScriptStep<Q, R> {
    Send(R),
    SendWith(Box<dyn Fn(&Q) -> R + Send + Sync>),
    Pause(Pause),
    Expect(ExpectedMessage, Box<dyn Fn(&Q) -> bool + Send + Sync>),
    Reply(ExpectedMessage, Box<dyn Fn(Q) -> R + Send + Sync>),
    ReplyEach(Box<dyn Fn(Q) -> R + Send + Sync>),
    ExpectEnd(ExpectedMessage),
}

/// The place at which a script expects a message of the caller, and the time that it has.
#[derive(Clone)]
pub(in crate::fake) struct ExpectedMessage {
    pub(in crate::fake) location: ScriptLocation,
    pub(in crate::fake) within: Duration,
}

/// The end of a script.
#[derive(Clone)]
pub(in crate::fake) enum ScriptEnd {
    Ok,
    Error(Error),
    Stall,
}

/// A call that the steps respond to.
struct StepContext<Q, R> {
    /// The request, where there is exactly one.
    request: Option<Q>,
    requests: Streaming<Q>,
    sender: Sender<R>,
    reporter: FailureReporter,
    run: Arc<ScriptRun>,
    /// The number of the step, from 1, and of all steps.
    step: (usize, usize),
}

impl<Q, R> StepScript<Q, R>
where
    Q: RequestMessage,
    R: ResponseMessage + Clone + Sync,
{
    pub(in crate::fake) fn new(steps: Vec<ScriptStep<Q, R>>, end: ScriptEnd) -> Arc<Self> {
        Arc::new(Self { steps, end })
    }

    /// Performs the steps in a task of their own, as a real service does: they go on while the caller does not read.
    /// `request` is given where there is exactly one.
    pub(in crate::fake) fn play(self: Arc<Self>, call: FakeCall<Streaming<Q>>, request: Option<Q>) -> Streaming<R> {
        let (sender, responses) = Streaming::channel(1);
        let (requests, call) = call.split();
        let (reporter, run) = (call.reporter.clone(), call.run.clone());
        let stage = StepContext { request, requests, sender, reporter, run, step: (0, self.steps.len()) };
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = call.cancelled() => (),
                () = self.run(stage) => (),
            }
        });
        responses
    }

    async fn run(self: Arc<Self>, mut stage: StepContext<Q, R>) {
        let done = AssertUnwindSafe(self.perform(&mut stage)).catch_unwind().await;
        let done = done.unwrap_or_else(|panic| {
            let error = stage.reporter.panicked(Some(&stage.run.location), &*panic);
            stage.run.allow_interruption();
            Err(error)
        });
        if let Err(error) = done {
            stage.sender.fail(error).await;
        }
    }

    async fn perform(&self, stage: &mut StepContext<Q, R>) -> Result<()> {
        for (index, step) in self.steps.iter().enumerate() {
            stage.step.0 = index + 1;
            stage.run.reach(Position::Step { number: index + 1, of: self.steps.len(), name: step.name() });
            let is_last = index + 1 == self.steps.len() && !matches!(self.end, ScriptEnd::Error(_));
            step.perform(stage, is_last).await?;
        }
        match &self.end {
            ScriptEnd::Ok => {
                stage.run.complete();
                Ok(())
            }
            ScriptEnd::Error(error) => Err(error.clone()),
            ScriptEnd::Stall => {
                stage.run.complete();
                std::future::pending().await
            }
        }
    }
}

impl<Q, R> ScriptStep<Q, R>
where
    Q: RequestMessage,
    R: ResponseMessage + Clone + Sync,
{
    fn name(&self) -> &'static str {
        match self {
            Self::Send(_) => "send",
            Self::SendWith(_) => "send_with",
            Self::Pause(pause) => pause.name(),
            Self::Expect(..) => "expect",
            Self::Reply(..) => "reply",
            Self::ReplyEach(_) => "reply_each",
            Self::ExpectEnd(_) => "expect_end",
        }
    }

    /// Performs a step. `is_last`: the caller may leave once it has read the message of the step.
    async fn perform(&self, stage: &mut StepContext<Q, R>, is_last: bool) -> Result<()> {
        match self {
            Self::Send(response) => stage.send(response.clone(), is_last).await,
            Self::SendWith(reply) => match stage.request.as_ref().map(reply) {
                Some(response) => stage.send(response, is_last).await,
                None => Ok(()),
            },
            Self::Pause(pause) => {
                pause.wait().await;
                Ok(())
            }
            Self::Expect(expected, predicate) => stage.expect(expected, predicate).await,
            Self::Reply(expected, reply) => {
                let request = stage.message(expected).await?;
                stage.send(reply(request), is_last).await
            }
            Self::ReplyEach(reply) => {
                while let Some(request) = stage.requests.next().await.transpose()? {
                    stage.send(reply(request), false).await?;
                }
                Ok(())
            }
            Self::ExpectEnd(expected) => match stage.next(expected, "the end").await? {
                None => Ok(()),
                Some(request) => Err(stage.unexpected(expected, "the end", &json::of(&request))),
            },
        }
    }
}

impl<Q: RequestMessage, R> StepContext<Q, R> {
    async fn send(&mut self, response: R, is_last: bool) -> Result<()> {
        self.run.send();
        // The caller may read the message and leave immediately.
        if is_last {
            self.run.complete();
        }
        self.sender.send(response).await
    }

    async fn expect(&mut self, expected: &ExpectedMessage, predicate: impl Fn(&Q) -> bool) -> Result<()> {
        let request = self.message(expected).await?;
        if predicate(&request) {
            return Ok(());
        }
        Err(self.unexpected(expected, "another message", &json::of(&request)))
    }

    async fn message(&mut self, expected: &ExpectedMessage) -> Result<Q> {
        let request = self.next(expected, "a message").await?;
        request.ok_or_else(|| self.unexpected(expected, "a message", "the end"))
    }

    async fn next(&mut self, expected: &ExpectedMessage, what: &str) -> Result<Option<Q>> {
        match time::timeout(expected.within, self.requests.next()).await {
            Ok(request) => request.transpose(),
            Err(_) => Err(self.unexpected(expected, what, &format!("nothing within {:?}", expected.within))),
        }
    }

    fn unexpected(&self, expected: &ExpectedMessage, wanted: &str, got: &str) -> Error {
        self.run.allow_interruption();
        let (number, of) = self.step;
        let location = &expected.location;
        self.reporter.unexpected(&format!("step {number} of {of} at {location} expects {wanted}, got {got}"))
    }
}
