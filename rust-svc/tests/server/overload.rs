//! A server that receives five times as many calls as it can answer, on a paused clock.

use std::{sync::Arc, time::Duration};

use rust_svc::{
    Adapter, Client, Code, Context, Method, Result, Server,
    intercept::{Chain, ConcurrencyLimit},
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{self, Instant},
};

const WORK: Method = Method::unary("/test.v1.Worker/Work").no_breaker();
const HEALTH: Method = Method::unary("/grpc.health.v1.Health/Check").no_breaker();

/// The status `SERVING` of a `HealthCheckResponse`.
const SERVING: i32 = 1;

/// The time of one call of the worker, which executes one call after the other: it answers 100 calls a second.
const WORK_TIME: Duration = Duration::from_millis(10);
const PEAK: u32 = 100;
const DEADLINE: Duration = Duration::from_millis(200);
const SECONDS: u32 = 4;

struct Worker(Semaphore);

impl Worker {
    async fn work(&self, text: String) -> Result<String> {
        let _turn = self.0.acquire().await.expect("open");
        time::sleep(WORK_TIME).await;
        Ok(text)
    }
}

/// The calls of a load by their results.
#[derive(Debug, Default)]
struct Results {
    answered: u32,
    refused: u32,
    late: u32,
}

/// Calls a worker behind a chain `rate` times a second, without waiting for answers, and the health service as often as it
/// answers.
async fn load(chain: &Chain, rate: u32) -> Results {
    let worker = Arc::new(Worker(Semaphore::new(1)));
    let adapter = Adapter::new("test.v1.Worker", worker)
        .unary(WORK, |it, _, text: String| Box::pin(async move { it.work(text).await }));
    let server = Server::new().adapter(adapter).chain(chain).in_memory().expect("a server");
    let client = server.client();
    let health = tokio::spawn(check_health(client.clone()));
    let (mut calls, start) = (JoinSet::new(), Instant::now());
    for index in 0..rate * SECONDS {
        time::sleep_until(start + Duration::from_secs(1) * index / rate).await;
        calls.spawn(work(client.clone()));
    }
    let mut results = Results::default();
    while let Some(call) = calls.join_next().await {
        match call.expect("no panic") {
            None => results.answered += 1,
            Some(Code::Unavailable) => results.refused += 1,
            Some(Code::DeadlineExceeded) => results.late += 1,
            Some(code) => panic!("{code:?}"),
        }
    }
    health.await.expect("health is answered");
    results
}

/// Calls the worker, and returns the code of its error.
async fn work(client: Client) -> Option<Code> {
    let cx = Context::new().with_timeout(DEADLINE);
    let error = client.unary::<_, String, _, _>(WORK, cx, "work".to_owned()).await.err()?;
    let is_refusal = error.code() == Code::Unavailable;
    assert_eq!(error.retry_delay().is_some(), is_refusal, "callers learn when to return: {error:?}");
    Some(error.code())
}

async fn check_health(client: Client) {
    for _ in 0..SECONDS {
        time::sleep(Duration::from_secs(1)).await;
        let cx = Context::new().with_timeout(DEADLINE);
        let status: i32 = client.unary(HEALTH, cx, String::new()).await.expect("health is not shed");
        assert_eq!(status, SERVING);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_keeps_the_goodput_of_an_overloaded_server() {
    let limited = Chain::new().intercept(ConcurrencyLimit::new(5).queue(5));
    let results = load(&limited, PEAK * 5).await;
    assert!(results.answered >= PEAK * SECONDS * 8 / 10, "{results:?}");
    assert_eq!(results.late, 0, "no call is answered too late: {results:?}");

    // Calls that wait until their deadline leave no time to answer them.
    let results = load(&Chain::new(), PEAK * 5).await;
    assert!(results.answered < PEAK * SECONDS / 2 && results.refused == 0, "{results:?}");
}
