//! A call that streams its responses.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
};

use futures::{FutureExt, future::BoxFuture};
use tokio::time::Instant;
use tracing::Instrument;

use super::{
    attempt::{RequestBody, wrong_kind},
    call::{CallResponse, OpenedStream, PolicyCall},
    policy::CallDeadlines,
    state::ClientState,
};
use crate::{Error, Method, Result, intercept::ActiveCall};

/// A call that streams its responses, shared by its opening and its stream.
pub(super) struct StreamCall {
    pub(super) client: Arc<ClientState>,
    pub(super) method: Method,
    pub(super) body: RequestBody,
    pub(super) active: ActiveCall,
    pub(super) deadlines: CallDeadlines,
    pub(super) is_sent: AtomicBool,
}

/// The opening of a call: its attempts until the headers of a response arrive.
pub(super) type OpeningFuture = BoxFuture<'static, Result<OpenedStream>>;

/// A call whose request is on its way, or whose response has begun.
pub(super) enum StartedStream {
    Opening(OpeningFuture),
    Open(OpenedStream),
}

impl StreamCall {
    /// Starts the call, and returns when its request is on its way. The caller can then send messages before the server
    /// responds, as servers do that send headers with their first message.
    pub(super) async fn start(self: &Arc<Self>, start: Instant) -> Result<StartedStream> {
        let mut opening = self.clone().open(start).boxed();
        let opened = poll_fn(|cx| match opening.poll_unpin(cx) {
            Poll::Ready(opened) => Poll::Ready(Some(opened)),
            Poll::Pending if self.is_sent.load(Relaxed) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        match opened.await {
            Some(opened) => opened.map(StartedStream::Open),
            None => Ok(StartedStream::Opening(opening)),
        }
        .inspect_err(|error: &Error| self.active.end(Some(error.code())))
    }

    async fn open(self: Arc<Self>, start: Instant) -> Result<OpenedStream> {
        let Self { client, method, body, active, deadlines, is_sent } = &*self;
        let call = PolicyCall { client, method, body, active, deadlines: *deadlines, is_sent };
        match call.run(start).instrument(active.span()).await? {
            CallResponse::Many(opened) => Ok(opened),
            CallResponse::One(..) => Err(wrong_kind(method)),
        }
    }
}
