//! A task that reads a stream, so that its timeouts are kept while its caller does not.

use std::time::Duration;

use bytes::Bytes;
use futures::future::OptionFuture;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tracing::Instrument;

use super::{response_receiver::ResponseReceiver, responses::CallResponses};
use crate::Result;

/// Returns the responses of a call, whose timeouts are kept whether or not they are read.
pub(in crate::client) fn with_timeouts(responses: CallResponses) -> CallResponses {
    let call = responses.call().clone();
    if !call.needs_task() {
        return responses;
    }
    // One response waits for the caller at most.
    let (sender, receiver) = mpsc::channel(1);
    let (open, opened) = oneshot::channel();
    tokio::spawn(forward(responses, call.method.idle_timeout, open, sender).instrument(call.active.span()));
    CallResponses::received(call, ResponseReceiver::new(receiver, opened))
}

/// Forwards responses until the end, or until the caller drops the stream.
async fn forward(
    mut responses: CallResponses,
    idle: Option<Duration>,
    open: oneshot::Sender<()>,
    sender: mpsc::Sender<Option<Result<Bytes>>>,
) {
    let last = tokio::select! {
        last = read(&mut responses, idle, open, &sender) => last,
        () = sender.closed() => return,
    };
    // The connection learns of the end before the caller, who may not read for long.
    drop(responses);
    let _ = sender.send(last).await;
}

/// Sends messages, and returns the last item: the end or an error.
async fn read(
    responses: &mut CallResponses,
    idle: Option<Duration>,
    open: oneshot::Sender<()>,
    sender: &mpsc::Sender<Option<Result<Bytes>>>,
) -> Option<Result<Bytes>> {
    if let Err(error) = responses.open().await {
        return Some(Err(error));
    }
    // The caller may not wait for the headers.
    let _ = open.send(());
    loop {
        // A server is not idle while its caller does not read.
        let place = tokio::select! {
            place = sender.reserve() => place.ok()?,
            error = responses.end() => return Some(Err(error)),
        };
        let silence = OptionFuture::from(idle.map(sleep));
        let item = tokio::select! {
            biased;
            item = responses.next() => item,
            Some(()) = silence => Some(Err(responses.idle())),
        };
        match item {
            Some(Ok(_)) => place.send(item),
            last => return last,
        }
    }
}
