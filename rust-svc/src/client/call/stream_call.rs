//! A call that streams its responses.

use std::{
    future::poll_fn,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Poll,
};

use futures::{FutureExt, future::BoxFuture};
use tokio::time::Instant;
use tracing::Instrument;

use super::policy_call::{CallProgress, CallResponse, OpenedStream, PolicyCall};
use crate::{
    Error, Method, Result,
    client::{
        attempt::{RequestBody, wrong_kind},
        policy::CallDeadlines,
        state::ClientState,
    },
    intercept::ActiveCall,
};

/// A call that streams its responses, shared by its opening and its stream.
pub(in crate::client) struct StreamCall {
    pub(in crate::client) client: Arc<ClientState>,
    pub(in crate::client) method: Method,
    pub(in crate::client) body: RequestBody,
    pub(in crate::client) active: ActiveCall,
    pub(in crate::client) deadlines: CallDeadlines,
    pub(in crate::client) progress: CallProgress,
}

/// The opening of a call: its attempts until the headers of a response arrive.
pub(in crate::client) type OpeningFuture = BoxFuture<'static, Result<OpenedStream>>;

/// A call whose request is on its way, or whose response has begun.
pub(in crate::client) enum StartedStream {
    Opening(OpeningFuture),
    Open(OpenedStream),
}

impl StreamCall {
    /// Starts the call, and returns when its request is on its way. The caller can then send messages before the server
    /// responds, as servers do that send headers with their first message.
    pub(in crate::client) async fn start(self: &Arc<Self>, start: Instant) -> Result<StartedStream> {
        let mut opening = self.clone().open(start).boxed();
        let opened = poll_fn(|cx| match opening.poll_unpin(cx) {
            Poll::Ready(opened) => Poll::Ready(Some(opened)),
            Poll::Pending if self.progress.is_sent() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        match opened.await {
            Some(opened) => opened.map(StartedStream::Open),
            None => Ok(StartedStream::Opening(opening)),
        }
        .inspect_err(|error: &Error| self.active.end(Some(error.code())))
    }

    /// Returns whether a task of its own must read the stream, so that its timeouts are kept while the caller does not poll,
    /// and a probe of a circuit breaker ends.
    pub(super) fn needs_task(&self) -> bool {
        let Method { attempt_timeout, open_timeout, idle_timeout, total_timeout, max_timeout, .. } = self.method;
        let timeouts = [attempt_timeout, open_timeout, idle_timeout, total_timeout, max_timeout];
        timeouts.into_iter().any(|timeout| timeout.is_some()) || self.progress.is_probe.load(Relaxed)
    }

    async fn open(self: Arc<Self>, start: Instant) -> Result<OpenedStream> {
        let Self { client, method, body, active, deadlines, progress } = &*self;
        let call = PolicyCall { client, method, body, active, deadlines: *deadlines, progress };
        match call.run(start).instrument(active.span()).await? {
            CallResponse::Many(opened) => Ok(opened),
            CallResponse::One(..) => Err(wrong_kind(method)),
        }
    }
}
