//! Thousands of clients of two servers, which first fail and then disappear.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use rust_svc::{Breaker, Client, Context, Method, client::BreakerState};
use tokio::{
    io::DuplexStream,
    sync::watch,
    task::JoinSet,
    time::{self, Instant},
};

use crate::wire::{Call, Then};

const CLIENTS: usize = 2000;
const METHOD: Method =
    Method::unary("/test.v1.Test/Get").timeout_ms(1000).no_side_effects().breaker(Breaker::DEFAULT.min_calls(5));

/// The seconds in which the servers begin to fail, disappear, and return.
pub(super) const FAILING: usize = 8;
pub(super) const GONE: usize = 13;
pub(super) const UP_AGAIN: usize = 18;
const END: usize = 36;

/// The numbers of each second, over all clients.
#[derive(Debug, Default)]
pub(super) struct Seconds {
    /// Calls of the clients.
    pub(super) calls: Vec<usize>,
    /// Requests that reached a server.
    pub(super) attempts: Vec<usize>,
    /// Calls that failed.
    pub(super) failures: Vec<usize>,
    /// Connections that clients tried to open.
    pub(super) connects: Vec<usize>,
    /// Circuit breakers that were not closed at the end of the second.
    pub(super) open_breakers: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Up,
    Failing,
    Gone,
}

/// The servers, and the numbers so far.
#[derive(Clone)]
struct World {
    start: Instant,
    state: watch::Sender<State>,
    seconds: Arc<Mutex<Seconds>>,
}

impl World {
    fn new() -> Self {
        let zeros = || vec![0; END];
        let seconds =
            Seconds { calls: zeros(), attempts: zeros(), failures: zeros(), connects: zeros(), open_breakers: zeros() };
        Self { start: Instant::now(), state: watch::Sender::new(State::Up), seconds: Arc::new(Mutex::new(seconds)) }
    }

    /// Counts something in the current second.
    fn count(&self, numbers: impl FnOnce(&mut Seconds) -> &mut Vec<usize>) {
        let second = usize::try_from(self.start.elapsed().as_secs()).unwrap();
        if let Some(number) = numbers(&mut self.seconds.lock().unwrap()).get_mut(second) {
            *number += 1;
        }
    }

    fn client(&self) -> Client {
        let world = self.clone();
        let connector = move |_: String| {
            let world = world.clone();
            async move { world.connect() }
        };
        Client::builder("static:one:1,two:1").plaintext().connector(connector).build().unwrap()
    }

    fn connect(&self) -> io::Result<DuplexStream> {
        self.count(|seconds| &mut seconds.connects);
        if *self.state.borrow() == State::Gone {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (near, far) = tokio::io::duplex(4096);
        tokio::spawn(self.clone().serve(far));
        Ok(near)
    }

    /// Serves a connection until its server disappears.
    async fn serve(self, stream: DuplexStream) {
        let mut state = self.state.subscribe();
        let calls = async {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, respond))) = connection.accept().await {
                self.count(|seconds| &mut seconds.attempts);
                let call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
                let _: Then = match *self.state.borrow() {
                    State::Up => call.answer("answer"),
                    State::Failing | State::Gone => call.fail(14),
                };
            }
        };
        tokio::select! {
            () = calls => (),
            _ = state.wait_for(|state| *state == State::Gone) => (),
        }
    }

    /// Calls once a second. The clients begin at different times of a second.
    async fn call_every_second(self, client: Client, number: usize) {
        time::sleep(Duration::from_secs(1) * u32::try_from(number).unwrap() / u32::try_from(CLIENTS).unwrap()).await;
        let mut ticks = time::interval(Duration::from_secs(1));
        for second in 0..END {
            ticks.tick().await;
            self.count(|seconds| &mut seconds.calls);
            let result = client.unary::<_, String, _, _>(METHOD, Context::new(), String::new()).await;
            if result.is_err() {
                self.count(|seconds| &mut seconds.failures);
            }
            if client.breaker(&METHOD).is_some_and(|breaker| breaker.state() != BreakerState::Closed) {
                self.seconds.lock().unwrap().open_breakers[second] += 1;
            }
        }
    }

    async fn change_states(self) {
        for (second, state) in [(FAILING, State::Failing), (GONE, State::Gone), (UP_AGAIN, State::Up)] {
            time::sleep_until(self.start + Duration::from_secs(second as u64)).await;
            self.state.send_replace(state);
        }
    }
}

/// Simulates the outage.
pub(super) async fn simulate() -> Seconds {
    fastrand::seed(7);
    let world = World::new();
    let mut tasks = JoinSet::new();
    for number in 0..CLIENTS {
        tasks.spawn(world.clone().call_every_second(world.client(), number));
    }
    tasks.spawn(world.clone().change_states());
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    std::mem::take(&mut *world.seconds.lock().unwrap())
}
