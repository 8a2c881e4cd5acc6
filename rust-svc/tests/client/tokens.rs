//! Bearer tokens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use rust_svc::{Client, Context, Error, client::BearerToken};
use tokio::time;

use crate::{
    GET, call,
    in_process::{answer, build},
};

const LIFETIME: Duration = Duration::from_secs(100);

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_once_until_it_expires() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let provider = {
        let fetched = fetched.clone();
        move || {
            let number = fetched.fetch_add(1, SeqCst);
            async move {
                // The third fetch fails.
                let token = (number != 2).then(|| BearerToken::new(number.to_string()).expires_in(LIFETIME));
                token.ok_or_else(|| Error::unavailable("no token"))
            }
        }
    };
    let (client, log) = build(Client::builder("local").token_provider(provider), |_| async { answer("answer") });
    for wait in [0, 89, 2, 91] {
        time::sleep(Duration::from_secs(wait)).await;
        call(&client, GET).await.unwrap();
    }
    let token = |number: u32| Some(format!("Bearer {number}"));
    assert_eq!(
        log.header("authorization"),
        [token(0), token(0), token(1), token(1)],
        "a valid token survives a failure"
    );
    assert_eq!(fetched.load(SeqCst), 3);
}

#[tokio::test]
async fn a_call_without_a_token_fails_unless_it_has_its_own() {
    let builder = Client::builder("local").token_provider(|| async { Err(Error::unauthenticated("no token")) });
    let (client, log) = build(builder, |_| async { answer("answer") });
    assert_eq!(call(&client, GET).await.unwrap_err().message(), "no token");
    let cx = Context::new().with_metadata("authorization", "Bearer own").unwrap();
    client.unary::<_, String, _, _>(GET, cx, String::new()).await.unwrap();
    assert_eq!(log.header("authorization"), [Some("Bearer own".to_owned())]);
}
