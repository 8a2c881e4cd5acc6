//! Streams of the log of a database.

use std::collections::VecDeque;

use futures::stream;
use rust_svc::{Context, Error, Result, Streaming};
use tokio::sync::watch;

/// A page of a log.
#[derive(Debug)]
pub struct LogPage<T, C> {
    /// The entries, in order.
    pub entries: Vec<T>,
    /// The position of the next page; `None` at the end of the log.
    pub next: Option<C>,
}

/// Streams a log from `start`, and later entries as they are added.
///
/// A reader keeps only its position in the log, so that slow readers need no buffers and miss no entry. The stream ends with
/// UNAVAILABLE when the server of the call stops.
pub fn follow<T, C, F>(
    cx: Context,
    changes: watch::Receiver<()>,
    start: C,
    read: impl FnMut(C) -> F + Send + 'static,
) -> Streaming<T>
where
    T: Send + 'static,
    C: Send + 'static,
    F: Future<Output = Result<LogPage<T, C>>> + Send + 'static,
{
    let reader = LogReader { cx, changes, next: Some(start), ready: VecDeque::new(), read };
    Streaming::new(stream::try_unfold(reader, async |mut reader| Ok(reader.next().await?.map(|entry| (entry, reader)))))
}

struct LogReader<T, C, R> {
    cx: Context,
    changes: watch::Receiver<()>,
    next: Option<C>,
    ready: VecDeque<T>,
    read: R,
}

impl<T, C, F, R> LogReader<T, C, R>
where
    F: Future<Output = Result<LogPage<T, C>>>,
    R: FnMut(C) -> F,
{
    async fn next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Ok(Some(entry));
            }
            let Some(place) = self.next.take() else { return Ok(None) };
            // Mark changes as seen before reading, so that none is missed.
            self.changes.borrow_and_update();
            let page = (self.read)(place).await?;
            let nothing_new = page.entries.is_empty() && page.next.is_some();
            self.ready.extend(page.entries);
            self.next = page.next;
            if nothing_new && !self.has_changed().await? {
                return Ok(None);
            }
        }
    }

    /// Waits for a change. Returns false if there will be none.
    async fn has_changed(&mut self) -> Result<bool> {
        tokio::select! {
            changed = self.changes.changed() => Ok(changed.is_ok()),
            () = self.cx.stopping() => Err(Error::unavailable("the server stops")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::FutureExt;
    use rust_svc::{Code, Context, Error, Result};
    use tokio::sync::watch;

    use super::{LogPage, follow};

    type Log = Arc<Mutex<Vec<u32>>>;

    /// Reads the log after a position. It ends with a 9.
    async fn read(log: Log, after: usize) -> Result<LogPage<u32, usize>> {
        let entries = log.lock().expect("not poisoned")[after..].to_vec();
        let next = (entries.last() != Some(&9)).then_some(after + entries.len());
        Ok(LogPage { entries, next })
    }

    #[tokio::test]
    async fn a_slow_reader_misses_no_entry() {
        let log = Log::new(Mutex::new(vec![1, 2]));
        let changed = watch::Sender::new(());
        let read_from = log.clone();
        let mut stream = follow(Context::new(), changed.subscribe(), 0, move |after| read(read_from.clone(), after));
        assert_eq!(stream.next().await.expect("no end").expect("no error"), 1);
        for entry in [3, 4, 9] {
            log.lock().expect("not poisoned").push(entry);
            changed.send_replace(());
        }
        assert_eq!(stream.collect().await.expect("no error"), [2, 3, 4, 9]);
    }

    #[tokio::test]
    async fn a_change_wakes_the_reader() {
        let log = Log::default();
        let changed = watch::Sender::new(());
        let read_from = log.clone();
        let mut stream = follow(Context::new(), changed.subscribe(), 0, move |after| read(read_from.clone(), after));
        assert!(stream.next().now_or_never().is_none());
        log.lock().expect("not poisoned").push(9);
        changed.send_replace(());
        assert_eq!(stream.next().await.expect("no end").expect("no error"), 9);
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn ends_with_its_source_and_with_errors() {
        let changed = watch::Sender::new(());
        let mut stream = follow(Context::new(), changed.subscribe(), 0, |after| read(Log::default(), after));
        drop(changed);
        assert!(stream.next().await.is_none());
        let changed = watch::Sender::new(());
        let failing = |()| async { Err::<LogPage<u32, ()>, _>(Error::unavailable("no")) };
        let mut stream = follow(Context::new(), changed.subscribe(), (), failing);
        assert!(stream.next().await.expect("no end").is_err());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn ends_when_the_server_stops() {
        let changed = watch::Sender::new(());
        let (stop, stopping) = watch::channel(false);
        let cx = Context::new().with_stopping(stopping);
        let mut stream = follow(cx, changed.subscribe(), 0, |after| read(Log::default(), after));
        assert!(stream.next().now_or_never().is_none());
        stop.send_replace(true);
        let error = stream.next().await.expect("no end").expect_err("stopped");
        assert_eq!(error.code(), Code::Unavailable);
        assert!(stream.next().await.is_none());
    }
}
