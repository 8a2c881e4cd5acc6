//! The connections of one endpoint, and the calls that wait for a stream of one.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

use super::{super::error::QueueFull, wait_queue::WaitQueue};

/// A connection that carries several streams.
pub(crate) trait Multiplexed: Sized {
    /// Returns another handle to it, unless it accepts no more requests.
    fn handle(&self) -> Option<Self>;

    /// Returns the server's limit of concurrent streams.
    fn max_streams(&self) -> usize;
}

/// The connections of one endpoint. Above the limits of their servers, calls wait on this side, in order: HTTP/2 libraries
/// would send the headers of cancelled calls, followed by a reset, and servers close connections for many resets.
pub(crate) struct StreamPool<C: Multiplexed>(Arc<SharedPool<C>>);

/// A reference that does not keep connections open.
pub(crate) struct WeakStreamPool<C: Multiplexed>(Weak<SharedPool<C>>);

struct SharedPool<C: Multiplexed> {
    state: Mutex<PoolState<C>>,
    max_connections: usize,
    /// Calls that have a stream or wait for one.
    load: AtomicUsize,
    waiting: Arc<AtomicUsize>,
}

struct PoolState<C: Multiplexed> {
    connections: Vec<PooledConnection<C>>,
    queue: WaitQueue<ReservedStream<C>>,
    last_id: u64,
}

struct PooledConnection<C> {
    id: u64,
    connection: C,
    active: usize,
    idle_since: Instant,
}

/// A connection, and the right to one stream of it.
pub(crate) struct ReservedStream<C: Multiplexed> {
    pub(crate) connection: C,
    pub(crate) slot: StreamSlot<C>,
}

/// The right to one stream, until it is dropped.
pub(crate) struct StreamSlot<C: Multiplexed> {
    pool: StreamPool<C>,
    id: u64,
}

/// A call that waits for a stream.
pub(crate) struct StreamWaiter<C: Multiplexed> {
    pool: StreamPool<C>,
    id: u64,
    receiver: oneshot::Receiver<ReservedStream<C>>,
}

/// The result of asking for a stream.
pub(crate) enum Acquired<C: Multiplexed> {
    /// A stream.
    Stream(ReservedStream<C>),
    /// All streams are taken. If `may_grow`, one more connection may be opened.
    Wait { call: StreamWaiter<C>, may_grow: bool },
}

impl<C: Multiplexed> StreamPool<C> {
    pub(crate) fn new(max_connections: usize) -> Self {
        let state = PoolState { connections: Vec::new(), queue: WaitQueue::new(), last_id: 0 };
        let (load, waiting) = (AtomicUsize::new(0), Arc::default());
        Self(Arc::new(SharedPool { state: Mutex::new(state), max_connections, load, waiting }))
    }

    /// Takes a stream, if one is free and no call waits.
    pub(crate) fn try_acquire(&self) -> Option<ReservedStream<C>> {
        let mut state = self.lock();
        let reserved = if state.queue.len() == 0 { self.take(&mut state) } else { None }?;
        self.0.load.fetch_add(1, Relaxed);
        Some(reserved)
    }

    /// Takes a stream for a request of this size, or waits for one. `None` if there is no connection.
    pub(crate) fn acquire(&self, bytes: usize) -> Result<Option<Acquired<C>>, QueueFull> {
        if let Some(reserved) = self.try_acquire() {
            return Ok(Some(Acquired::Stream(reserved)));
        }
        let mut state = self.lock();
        if state.connections.is_empty() {
            return Ok(None);
        }
        let (id, receiver) = state.queue.push(bytes)?;
        self.record_waiting(&state);
        self.0.load.fetch_add(1, Relaxed);
        let may_grow = state.connections.len() < self.0.max_connections;
        let call = StreamWaiter { pool: self.clone(), id, receiver };
        drop(state);
        // A stream may have become free in the meantime.
        self.serve_waiting();
        Ok(Some(Acquired::Wait { call, may_grow }))
    }

    /// Adds a connection, which calls that wait use at once.
    pub(crate) fn add(&self, connection: C) -> u64 {
        let mut state = self.lock();
        state.last_id += 1;
        let id = state.last_id;
        state.connections.push(PooledConnection { id, connection, active: 0, idle_since: Instant::now() });
        drop(state);
        self.serve_waiting();
        id
    }

    /// Removes a connection that has ended. Calls that wait fail if it was the last one.
    pub(crate) fn remove(&self, id: u64) {
        self.lock().connections.retain(|pooled| pooled.id != id);
        self.serve_waiting();
    }

    /// Keeps some connections. The calls of the others go on.
    pub(crate) fn retain(&self, is_kept: impl Fn(&C) -> bool) {
        self.lock().connections.retain(|pooled| is_kept(&pooled.connection));
        self.serve_waiting();
    }

    /// Returns whether a connection accepts requests.
    pub(crate) fn is_open(&self) -> bool {
        self.lock().connections.iter().any(|pooled| pooled.connection.handle().is_some())
    }

    /// Returns whether a call would get a stream at once.
    pub(crate) fn has_free_stream(&self) -> bool {
        let state = self.lock();
        let is_free = |pooled: &PooledConnection<C>| {
            pooled.connection.handle().is_some_and(|connection| pooled.active < connection.max_streams().max(1))
        };
        state.queue.len() == 0 && state.connections.iter().any(is_free)
    }

    /// Returns whether calls wait that one more connection would serve.
    pub(crate) fn needs_connection(&self) -> bool {
        self.0.waiting.load(Relaxed) > 0 && self.lock().connections.len() < self.0.max_connections
    }

    /// Returns the number of calls that have a stream or wait for one.
    pub(crate) fn load(&self) -> usize {
        self.0.load.load(Relaxed)
    }

    pub(crate) fn downgrade(&self) -> WeakStreamPool<C> {
        WeakStreamPool(Arc::downgrade(&self.0))
    }

    /// Returns the number of calls that wait.
    pub(crate) fn waiting(&self) -> Arc<AtomicUsize> {
        self.0.waiting.clone()
    }

    /// Gives free streams to the calls that wait. Without a connection, the calls fail.
    pub(crate) fn serve_waiting(&self) {
        while self.0.waiting.load(Relaxed) > 0 {
            let mut state = self.lock();
            if state.queue.len() == 0 {
                return;
            }
            let Some(reserved) = self.take(&mut state) else {
                return self.fail_without_connection(&mut state);
            };
            let sender = state.queue.pop();
            self.record_waiting(&state);
            drop(state);
            // A call that was given up just now returns its stream.
            drop(sender.map(|sender| sender.send(reserved)));
        }
    }

    /// Takes a stream of the first connection that has one, and forgets connections that accept no more requests.
    fn take(&self, state: &mut PoolState<C>) -> Option<ReservedStream<C>> {
        let mut index = 0;
        while let Some(pooled) = state.connections.get_mut(index) {
            let Some(connection) = pooled.connection.handle() else {
                state.connections.remove(index);
                continue;
            };
            // A limit of zero may be raised later, and h2 waits for that.
            if pooled.active < connection.max_streams().max(1) {
                pooled.active += 1;
                let slot = StreamSlot { pool: self.clone(), id: pooled.id };
                return Some(ReservedStream { connection, slot });
            }
            index += 1;
        }
        None
    }

    fn fail_without_connection(&self, state: &mut PoolState<C>) {
        if state.connections.is_empty() {
            self.0.load.fetch_sub(state.queue.len(), Relaxed);
            state.queue.clear();
            self.record_waiting(state);
        }
    }

    fn record_waiting(&self, state: &PoolState<C>) {
        self.0.waiting.store(state.queue.len(), Relaxed);
    }

    fn release(&self, id: u64) {
        self.0.load.fetch_sub(1, Relaxed);
        if let Some(pooled) = self.lock().connections.iter_mut().find(|pooled| pooled.id == id) {
            pooled.active -= 1;
            if pooled.active == 0 {
                pooled.idle_since = Instant::now();
            }
        }
        self.serve_waiting();
    }
}

impl<C: Multiplexed> StreamPool<C> {
    fn lock(&self) -> MutexGuard<'_, PoolState<C>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Multiplexed> Clone for StreamPool<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C: Multiplexed> WeakStreamPool<C> {
    pub(crate) fn upgrade(&self) -> Option<StreamPool<C>> {
        self.0.upgrade().map(StreamPool)
    }

    /// Returns whether calls use a connection. One that accepts no more calls is open only because it is used.
    pub(crate) fn is_used(&self, id: u64) -> bool {
        let Some(pool) = self.upgrade() else { return true };
        let state = pool.lock();
        state.connections.iter().find(|pooled| pooled.id == id).is_none_or(|pooled| pooled.active > 0)
    }

    /// Removes a connection that no call has used for this time. Returns how long it may stay unused, otherwise.
    pub(crate) fn remove_idle(&self, id: u64, timeout: Duration) -> Option<Duration> {
        let pool = self.upgrade()?;
        let mut state = pool.lock();
        let index = state.connections.iter().position(|pooled| pooled.id == id)?;
        let pooled = &state.connections[index];
        let idle = if pooled.active == 0 { pooled.idle_since.elapsed() } else { Duration::ZERO };
        if idle >= timeout {
            state.connections.remove(index);
            return None;
        }
        Some(timeout - idle)
    }
}

impl<C: Multiplexed> Clone for WeakStreamPool<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C: Multiplexed> Future for StreamWaiter<C> {
    type Output = Option<ReservedStream<C>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(cx).map(Result::ok)
    }
}

impl<C: Multiplexed> Drop for StreamWaiter<C> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        if state.queue.remove(self.id) {
            self.pool.0.load.fetch_sub(1, Relaxed);
            self.pool.0.waiting.store(state.queue.len(), Relaxed);
        }
    }
}

impl<C: Multiplexed> Drop for StreamSlot<C> {
    fn drop(&mut self) {
        self.pool.release(self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    /// A connection whose limit a test changes. It is closed at `usize::MAX`.
    #[derive(Clone)]
    struct FakeConnection(Arc<AtomicUsize>);

    impl FakeConnection {
        fn new(limit: usize) -> Self {
            Self(Arc::new(AtomicUsize::new(limit)))
        }

        fn set(&self, limit: usize) {
            self.0.store(limit, Relaxed);
        }
    }

    impl Multiplexed for FakeConnection {
        fn handle(&self) -> Option<Self> {
            Some(self.clone()).filter(|connection| connection.max_streams() != usize::MAX)
        }

        fn max_streams(&self) -> usize {
            self.0.load(Relaxed)
        }
    }

    fn pool(connections: &[&FakeConnection]) -> StreamPool<FakeConnection> {
        let pool = StreamPool::new(2);
        connections.iter().for_each(|connection| _ = pool.add((*connection).clone()));
        pool
    }

    fn wait(pool: &StreamPool<FakeConnection>) -> StreamWaiter<FakeConnection> {
        match pool.acquire(1) {
            Ok(Some(Acquired::Wait { call, .. })) => call,
            _ => panic!("all streams are taken"),
        }
    }

    fn now<T>(call: &mut (impl Future<Output = Option<T>> + Unpin)) -> Option<T> {
        call.now_or_never().flatten()
    }

    #[test]
    fn calls_wait_in_order_and_those_given_up_are_skipped() {
        let pool = pool(&[&FakeConnection::new(1)]);
        let first = pool.try_acquire().expect("a stream");
        let (second, mut third, mut fourth) = (wait(&pool), wait(&pool), wait(&pool));
        assert_eq!(pool.load(), 4);
        drop((second, first));
        let third = now(&mut third).expect("a stream");
        assert!(now(&mut fourth).is_none());
        drop((third, fourth));
        assert_eq!((pool.load(), pool.lock().connections[0].active), (0, 0));
    }

    #[test]
    fn a_stream_that_is_given_too_late_is_free() {
        let pool = pool(&[&FakeConnection::new(1)]);
        let first = pool.try_acquire().expect("a stream");
        let second = wait(&pool);
        drop(first);
        drop(second);
        assert_eq!((pool.load(), pool.lock().connections[0].active), (0, 0));
    }

    #[test]
    fn a_raised_limit_wakes_calls_and_a_lowered_one_is_kept() {
        let connection = FakeConnection::new(2);
        let pool = pool(&[&connection]);
        let (first, second) = (pool.try_acquire(), pool.try_acquire());
        let (mut third, mut fourth) = (wait(&pool), wait(&pool));
        connection.set(3);
        pool.serve_waiting();
        let third = now(&mut third).expect("a stream");
        connection.set(1);
        drop(first);
        drop(second);
        assert!(now(&mut fourth).is_none(), "one stream is in use, and the limit is one");
        drop(third);
        assert!(now(&mut fourth).is_some());
    }

    #[test]
    fn another_connection_takes_calls_that_wait() {
        let pool = pool(&[&FakeConnection::new(1)]);
        let _first = pool.try_acquire();
        let Ok(Some(Acquired::Wait { call: mut second, may_grow })) = pool.acquire(1) else { panic!("a call waits") };
        assert!(may_grow);
        pool.add(FakeConnection::new(1));
        let _second = now(&mut second).expect("a stream of the new connection");
        let Ok(Some(Acquired::Wait { may_grow, .. })) = pool.acquire(1) else { panic!("a call waits") };
        assert!(!may_grow, "two connections are the limit");
    }

    #[test]
    fn calls_that_wait_fail_with_the_last_connection() {
        let (one, two) = (FakeConnection::new(1), FakeConnection::new(1));
        let pool = pool(&[&one, &two]);
        let streams = (pool.try_acquire(), pool.try_acquire());
        let mut waiting = wait(&pool);
        one.set(usize::MAX);
        pool.serve_waiting();
        assert!((&mut waiting).now_or_never().is_none(), "the other connection remains");
        two.set(usize::MAX);
        drop(streams);
        assert!(matches!((&mut waiting).now_or_never(), Some(None)));
        assert!(!pool.is_open() && matches!(pool.acquire(1), Ok(None)));
        drop(waiting);
        assert_eq!(pool.load(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_no_call_uses_is_removed() {
        const TIMEOUT: Duration = Duration::from_secs(60);
        let pool = pool(&[&FakeConnection::new(1)]);
        let weak = pool.downgrade();
        let stream = pool.try_acquire();
        tokio::time::advance(TIMEOUT * 2).await;
        assert_eq!(weak.remove_idle(1, TIMEOUT), Some(TIMEOUT));
        drop(stream);
        tokio::time::advance(TIMEOUT / 2).await;
        assert_eq!(weak.remove_idle(1, TIMEOUT), Some(TIMEOUT / 2));
        tokio::time::advance(TIMEOUT / 2).await;
        assert_eq!(weak.remove_idle(1, TIMEOUT), None);
        assert!(!pool.is_open());
    }
}
