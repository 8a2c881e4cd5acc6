//! The messages of a stream of requests that arrived together.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{StreamExt, stream};

use crate::{Result, Streaming};

/// The most JSON that is read ahead, in bytes.
const READ_AHEAD: usize = 16 * 1024;

/// Returns the messages of a stream of JSON values. All values that have arrived are read before the first message is
/// returned, so that an error takes the place of the messages that arrived with it.
///
/// A client cancels its call at such an error, whatever the service has responded to these messages. So a gateway in front
/// of a remote service gives the same response as one in its process.
pub(crate) fn read_all_arrived<Q: Send + 'static>(
    values: Streaming<Bytes>,
    read: impl FnMut(Bytes) -> Result<Q> + Send + 'static,
) -> Streaming<Q> {
    let mut arrivals = Arrivals { values, read, arrived: VecDeque::new(), has_ended: false };
    Streaming::new(stream::poll_fn(move |cx| arrivals.poll_next(cx)))
}

/// A stream of requests that is read ahead.
struct Arrivals<Q, F> {
    values: Streaming<Bytes>,
    read: F,
    arrived: VecDeque<Q>,
    has_ended: bool,
}

impl<Q, F: FnMut(Bytes) -> Result<Q>> Arrivals<Q, F> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Q>>> {
        if self.arrived.is_empty()
            && let Err(error) = self.read_ahead(cx)
        {
            self.arrived.clear();
            self.has_ended = true;
            return Poll::Ready(Some(Err(error)));
        }
        match self.arrived.pop_front() {
            Some(message) => Poll::Ready(Some(Ok(message))),
            None if self.has_ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn read_ahead(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let mut length = 0;
        while length < READ_AHEAD && !self.has_ended {
            match self.values.poll_next_unpin(cx) {
                Poll::Ready(Some(value)) => {
                    let value = value?;
                    length += value.len();
                    self.arrived.push_back((self.read)(value)?);
                }
                Poll::Ready(None) => self.has_ended = true,
                Poll::Pending => break,
            }
        }
        Ok(())
    }
}
