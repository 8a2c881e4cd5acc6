//! Hedged calls, with a paused clock.

use std::time::Duration;

use rust_svc::{Client, Code, Context, Hedge, Method};
use tokio::time::{self, Instant};

use crate::{
    GET, SENSITIVE, call,
    in_process::{answer, client, failure, failure_with},
};

const HEDGED: Method =
    GET.no_side_effects().hedge(Hedge::new(3).delay_ms(100).on(&[Code::Unavailable])).timeout_ms(5000);

#[tokio::test(start_paused = true)]
async fn the_first_success_counts() {
    for (slow, calls, millis) in [(0, 1, 20), (1, 2, 120), (2, 3, 220)] {
        let (client, log) = client(move |index| async move {
            if index < slow {
                std::future::pending::<()>().await;
            }
            time::sleep(Duration::from_millis(20)).await;
            answer("fast")
        });
        let start = Instant::now();
        assert_eq!(call(&client, HEDGED).await.unwrap(), "fast");
        assert_eq!((log.calls(), start.elapsed().as_millis()), (calls, millis));
        let attempts: Vec<_> = log.header("grpc-previous-rpc-attempts").into_iter().flatten().collect();
        assert_eq!(attempts, ["1", "2"][..calls - 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_not_fatal_starts_the_next_attempt() {
    let (client, log) =
        client(|index| async move { if index < 2 { failure(Code::Unavailable.number()) } else { answer("third") } });
    assert_eq!(call(&client, HEDGED).await.unwrap(), "third");
    assert_eq!(log.waits(), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn other_failures_end_the_call() {
    let (client, log) = client(|_| async { failure(Code::NotFound.number()) });
    assert_eq!(call(&client, HEDGED).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(log.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_is_the_result() {
    let (client, log) = client(|_| async { failure(Code::Unavailable.number()) });
    assert_eq!(call(&client, HEDGED).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(log.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn pushback_delays_or_forbids_the_next_attempt() {
    for (pushback, waits) in [("700", &[700, 700][..]), ("-1", &[]), ("x", &[])] {
        let (client, log) = client(move |_| async move { failure_with(14, &[("grpc-retry-pushback-ms", pushback)]) });
        assert_eq!(call(&client, HEDGED).await.unwrap_err().code(), Code::Unavailable, "{pushback}");
        assert_eq!(log.waits(), waits, "{pushback}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_attempts_start_at_once_without_a_delay() {
    let (client, log) = client(|index| async move {
        time::sleep(Duration::from_millis(100 - 20 * index as u64)).await;
        answer("answer")
    });
    let start = Instant::now();
    let method = GET.idempotent().hedge(Hedge::new(9));
    assert_eq!(call(&client, method).await.unwrap(), "answer");
    assert_eq!((log.calls(), start.elapsed().as_millis()), (5, 20), "at most 5, as in gRFC A6");
}

#[tokio::test(start_paused = true)]
async fn a_method_that_must_not_be_repeated_is_not_hedged() {
    let (client, log) = client(|_| async {
        time::sleep(Duration::from_secs(1)).await;
        answer("answer")
    });
    assert_eq!(call(&client, GET.hedge(Hedge::new(3))).await.unwrap(), "answer");
    assert_eq!(log.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn hedges_stay_within_the_retry_budget() {
    let (client, log) = client(|_| async { failure(Code::Unavailable.number()) });
    for _ in 0..100 {
        call(&client, HEDGED.no_breaker()).await.unwrap_err();
    }
    assert!(log.calls() <= 110, "{} attempts for 100 calls", log.calls());
}

#[tokio::test(start_paused = true)]
async fn hedges_end_with_the_deadline_and_losers_do_not_count() {
    let (client, log) = client(|_| std::future::pending());
    let start = Instant::now();
    let error = call(&client, HEDGED.timeout_ms(250).breaker(SENSITIVE.min_calls(10))).await.unwrap_err();
    assert_eq!((error.code(), start.elapsed().as_millis(), log.calls()), (Code::DeadlineExceeded, 250, 3));

    let (client, _) = crate::in_process::client(|index| async move {
        if index % 2 == 0 {
            std::future::pending::<()>().await;
        }
        answer("fast")
    });
    for _ in 0..20 {
        call(&client, HEDGED.breaker(SENSITIVE)).await.unwrap();
    }
    let snapshot = client.breaker(&HEDGED.breaker(SENSITIVE)).unwrap().snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (20, 0));
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_stops_hedges() {
    let (client, log) = client(|_| async { answer("answer") });
    client.breaker(&HEDGED).unwrap().force_open();
    let result = client.unary::<_, String, _, _>(HEDGED, Context::new(), String::new()).await;
    assert_eq!((result.unwrap_err().code(), log.calls()), (Code::Unavailable, 0));
    let _: &Client = &client;
}
