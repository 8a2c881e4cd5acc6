//! Streams of what changes in a database.

use std::collections::VecDeque;

use futures::stream;
use rust_svc::{Result, Streaming};
use tokio::sync::watch;

/// What is new in a log.
#[derive(Debug)]
pub struct News<T, C> {
    /// The new entries, in order.
    pub entries: Vec<T>,
    /// Where to go on reading; `None` if no more will come.
    pub next: Option<C>,
}

/// Streams a log: what `read` finds from `start` on, and whatever comes after that.
///
/// Nothing is kept for a reader but its place in the log, so a slow one costs nothing and misses nothing.
pub fn follow<T, C, F>(
    changes: watch::Receiver<()>,
    start: C,
    read: impl FnMut(C) -> F + Send + 'static,
) -> Streaming<T>
where
    T: Send + 'static,
    C: Send + 'static,
    F: Future<Output = Result<News<T, C>>> + Send + 'static,
{
    let reader = Reader { changes, next: Some(start), ready: VecDeque::new(), read };
    Streaming::new(stream::try_unfold(reader, async |mut reader| Ok(reader.next().await?.map(|entry| (entry, reader)))))
}

struct Reader<T, C, R> {
    changes: watch::Receiver<()>,
    next: Option<C>,
    ready: VecDeque<T>,
    read: R,
}

impl<T, C, F, R> Reader<T, C, R>
where
    F: Future<Output = Result<News<T, C>>>,
    R: FnMut(C) -> F,
{
    async fn next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Ok(Some(entry));
            }
            let Some(place) = self.next.take() else { return Ok(None) };
            // A change that comes while the log is read must not be waited for.
            self.changes.borrow_and_update();
            let news = (self.read)(place).await?;
            let nothing_new = news.entries.is_empty() && news.next.is_some();
            self.ready.extend(news.entries);
            self.next = news.next;
            if nothing_new && self.changes.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
