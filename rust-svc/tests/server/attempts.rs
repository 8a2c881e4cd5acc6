//! Attempts and baggage as a server sees them.

use std::{sync::Arc, time::Duration};

use rust_svc::{Adapter, Baggage, Client, Code, Context, Method, Result, Retry};

use crate::{
    scripted::{CALL, Seen, Step, scripted},
    support::{Running, soon, start_with},
};

const RETRIED: Method = CALL.no_side_effects().retry(Retry::new(4).backoff_ms(40, 80, 2.0));

fn client(server: &Running) -> Client {
    Client::new(format!("http://{}", server.address)).expect("an address")
}

/// Calls within two seconds, and returns the result with what the server saw.
async fn play(method: Method, script: &[Step]) -> (Result<String>, Vec<Seen>) {
    let (service, server) = scripted().await;
    service.play(script.iter().copied());
    let cx = Context::new().with_timeout(Duration::from_secs(2));
    let result = soon(client(&server).unary(method, cx, String::new())).await;
    (result, service.seen())
}

/// Each row: the policy, the script, the attempts, and the code of the call.
#[tokio::test]
async fn attempts_follow_the_policy() {
    let unavailable = Step::fail(Code::Unavailable);
    for (method, script, attempts, code) in [
        (RETRIED, &[][..], 1, None),
        (RETRIED, &[unavailable], 2, None),
        (RETRIED, &[unavailable; 3], 4, None),
        (RETRIED, &[unavailable; 4], 4, Some(Code::Unavailable)),
        (RETRIED, &[unavailable, Step::fail(Code::NotFound)], 2, Some(Code::NotFound)),
        (RETRIED, &[Step::fail(Code::Internal)], 1, Some(Code::Internal)),
        (CALL, &[unavailable], 1, Some(Code::Unavailable)),
        (RETRIED.attempt_timeout_ms(300), &[Step::OK.after_ms(5000)], 2, None),
        (CALL.attempt_timeout_ms(100), &[Step::OK.after_ms(5000)], 1, Some(Code::DeadlineExceeded)),
        (RETRIED, &[unavailable.pushback_ms(5000)], 1, Some(Code::Unavailable)),
    ] {
        let (result, seen) = play(method, script).await;
        assert_eq!((seen.len(), result.err().map(|error| error.code())), (attempts, code), "{script:?}: {seen:?}");
    }
}

#[tokio::test]
async fn attempts_share_a_deadline_and_wait_between() {
    let (result, seen) = play(RETRIED, &[Step::fail(Code::Unavailable); 3]).await;
    result.expect("the fourth attempt succeeds");
    let remaining: Vec<_> = seen.iter().map(|seen| seen.remaining.expect("a deadline")).collect();
    assert!(remaining.is_sorted_by(|before, after| before > after), "{remaining:?}");
    assert!(remaining[0] <= Duration::from_secs(2), "{remaining:?}");
    for (seen, millis) in seen[1..].iter().zip([40, 80, 80]) {
        let wait = seen.since_last.expect("a response before it");
        assert!(wait >= Duration::from_millis(millis * 8 / 10), "{wait:?}");
    }
}

#[tokio::test]
async fn each_attempt_has_its_own_timeout() {
    let (result, seen) = play(RETRIED.attempt_timeout_ms(500), &[Step::fail(Code::Unavailable); 2]).await;
    result.expect("the third attempt succeeds");
    for seen in seen {
        let remaining = seen.remaining.expect("a deadline");
        assert!(remaining <= Duration::from_millis(500) && remaining > Duration::from_millis(100), "{remaining:?}");
    }
}

#[tokio::test]
async fn an_error_tells_when_to_retry() {
    let (result, seen) = play(RETRIED, &[Step::fail(Code::Unavailable).pushback_ms(300)]).await;
    result.expect("the second attempt succeeds");
    let wait = seen[1].since_last.expect("a response before it");
    assert!(wait >= Duration::from_millis(300), "{wait:?}");
}

/// The service returns the baggage that arrived, and that of its child calls.
#[tokio::test]
async fn baggage_reaches_the_handler_and_its_child_calls() {
    let adapter = Adapter::new("test.v1.Scripted", Arc::new(()));
    let adapter = adapter.unary(CALL, |_, cx, _: String| {
        Box::pin(async move { Ok(format!("{} | {}", cx.baggage(), cx.child().baggage())) })
    });
    let server = start_with(|server| server.adapter(adapter)).await;
    let baggage = Baggage::new().with("tenant", "Nuts & Bolts").expect("a name");
    let cx = Context::new().with_baggage(baggage);
    let response: Result<String> = soon(client(&server).unary(CALL, cx, String::new())).await;
    assert_eq!(response.expect("baggage"), "tenant=Nuts%20&%20Bolts | tenant=Nuts%20&%20Bolts");
}
