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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::FutureExt;
    use rust_svc::{Error, Result};
    use tokio::sync::watch;

    use super::{News, follow};

    type Log = Arc<Mutex<Vec<u32>>>;

    /// What the log has after a place; it ends with a 9.
    async fn read(log: Log, after: usize) -> Result<News<u32, usize>> {
        let entries = log.lock().expect("not poisoned")[after..].to_vec();
        let next = (entries.last() != Some(&9)).then_some(after + entries.len());
        Ok(News { entries, next })
    }

    #[tokio::test]
    async fn a_slow_reader_misses_nothing() {
        let log = Log::new(Mutex::new(vec![1, 2]));
        let changed = watch::Sender::new(());
        let read_from = log.clone();
        let mut stream = follow(changed.subscribe(), 0, move |after| read(read_from.clone(), after));
        assert_eq!(stream.next().await.expect("no end").expect("no error"), 1);
        for entry in [3, 4, 9] {
            log.lock().expect("not poisoned").push(entry);
            changed.send_replace(());
        }
        assert_eq!(stream.collect().await.expect("no error"), [2, 3, 4, 9]);
    }

    #[tokio::test]
    async fn a_reader_is_woken_by_a_change() {
        let log = Log::default();
        let changed = watch::Sender::new(());
        let read_from = log.clone();
        let mut stream = follow(changed.subscribe(), 0, move |after| read(read_from.clone(), after));
        assert!(stream.next().now_or_never().is_none());
        log.lock().expect("not poisoned").push(9);
        changed.send_replace(());
        assert_eq!(stream.next().await.expect("no end").expect("no error"), 9);
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn ends_with_its_source_and_with_errors() {
        let changed = watch::Sender::new(());
        let mut stream = follow(changed.subscribe(), 0, |after| read(Log::default(), after));
        drop(changed);
        assert!(stream.next().await.is_none());
        let changed = watch::Sender::new(());
        let failing = |()| async { Err::<News<u32, ()>, _>(Error::unavailable("no")) };
        let mut stream = follow(changed.subscribe(), (), failing);
        assert!(stream.next().await.expect("no end").is_err());
        assert!(stream.next().await.is_none());
    }
}
