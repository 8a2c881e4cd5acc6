//! What a script does with a stream of answers, step by step.

use std::{panic::Location, sync::Arc, time::Duration};

use tokio::time;

use crate::{
    Error, Result, Sender, Streaming,
    fake::{Call, Request, Response, call::Reporter, rule::Pause},
};

/// The steps of a script, and how it ends.
pub(super) struct Steps<Q, R> {
    steps: Vec<Step<Q, R>>,
    end: End,
}

pub(super) enum Step<Q, R> {
    Send(R),
    Pause(Pause),
    Expect(Expected, Box<dyn Fn(&Q) -> bool + Send + Sync>),
    ExpectEnd(Expected),
}

/// Where a script expects something of the caller, and how soon.
#[derive(Clone, Copy)]
pub(super) struct Expected {
    pub(super) location: &'static Location<'static>,
    pub(super) within: Duration,
}

#[derive(Clone)]
pub(super) enum End {
    Ok,
    Error(Error),
    Stall,
}

/// What the steps work on.
struct Stage<Q, R> {
    requests: Streaming<Q>,
    sender: Sender<R>,
    reporter: Reporter,
}

impl<Q, R> Steps<Q, R>
where
    Q: Request,
    R: Response + Clone + Sync,
{
    pub(super) fn new(steps: Vec<Step<Q, R>>, end: End) -> Arc<Self> {
        Arc::new(Self { steps, end })
    }

    /// Plays the steps in a task of their own, as a real service does: the caller need not read for them to go on.
    pub(super) fn play(self: Arc<Self>, call: Call<Streaming<Q>>) -> Streaming<R> {
        let (sender, answers) = Streaming::channel(1);
        let (requests, call) = call.split();
        let stage = Stage { requests, sender, reporter: call.reporter().clone() };
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = call.cancelled() => (),
                () = self.run(stage) => (),
            }
        });
        answers
    }

    async fn run(self: Arc<Self>, mut stage: Stage<Q, R>) {
        if let Err(error) = self.perform(&mut stage).await {
            stage.sender.fail(error).await;
        }
    }

    async fn perform(&self, stage: &mut Stage<Q, R>) -> Result<()> {
        for step in &self.steps {
            step.perform(stage).await?;
        }
        match &self.end {
            End::Ok => Ok(()),
            End::Error(error) => Err(error.clone()),
            End::Stall => std::future::pending().await,
        }
    }
}

impl<Q, R> Step<Q, R>
where
    Q: Request,
    R: Response + Clone + Sync,
{
    async fn perform(&self, stage: &mut Stage<Q, R>) -> Result<()> {
        match self {
            Self::Send(response) => return stage.sender.send(response.clone()).await,
            Self::Pause(pause) => pause.wait().await,
            Self::Expect(expected, predicate) => match stage.next(*expected, "a message").await? {
                Some(request) if predicate(&request) => (),
                Some(request) => return Err(stage.unexpected(*expected, "another message", &format!("{request:?}"))),
                None => return Err(stage.unexpected(*expected, "a message", "the end")),
            },
            Self::ExpectEnd(expected) => {
                if let Some(request) = stage.next(*expected, "the end").await? {
                    return Err(stage.unexpected(*expected, "the end", &format!("{request:?}")));
                }
            }
        }
        Ok(())
    }
}

impl<Q: Send + 'static, R> Stage<Q, R> {
    async fn next(&mut self, expected: Expected, what: &str) -> Result<Option<Q>> {
        match time::timeout(expected.within, self.requests.next()).await {
            Ok(request) => request.transpose(),
            Err(_) => Err(self.unexpected(expected, what, &format!("nothing within {:?}", expected.within))),
        }
    }

    fn unexpected(&self, expected: Expected, wanted: &str, got: &str) -> Error {
        self.reporter.unexpected(&format!("the script at {} expects {wanted}, got {got}", expected.location))
    }
}
