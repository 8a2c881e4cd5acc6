//! Servers that send nothing for a while: their headers come with their first message, and they limit pings.

use std::time::Duration;

use rust_svc::{
    Breaker, Client, Code, Context, Result, Streaming,
    client::{BreakerState, ConnectivityState},
};
use tokio::time::{Instant, timeout};

use super::{
    cases::{Case, NO_ERROR, RESPONSES, Verdict, asking, receive, same, service},
    contract::{
        Empty, StreamingOutputCallResponse, TestService,
        test_service::{EMPTY_CALL, STREAMING_OUTPUT_CALL},
    },
};

/// Cases of servers that send headers with their first message.
pub const SILENCE_CASES: [(&str, Case); 2] = [
    ("send_after_opening", |client| Box::pin(send_after_opening(client))),
    ("quiet_watch", |client| Box::pin(quiet_watch(client))),
];

/// The timeout of a method, and how many times as long its stream is quiet.
const TIMEOUT_MS: u64 = 100;
const TIMES: u64 = 10;

/// How long a call waits for a server that does not respond.
const PATIENCE: Duration = Duration::from_millis(500);

/// A stream opens before the server has sent anything, and its caller sends afterwards.
async fn send_after_opening(client: &Client) -> Verdict {
    let (sender, requests) = Streaming::channel(1);
    let service = service(client);
    let opening = service.full_duplex_call(Context::new(), requests);
    let mut responses = timeout(Duration::from_secs(20), opening).await??;
    for response in RESPONSES {
        sender.send(asking(1, &[response])).await?;
        receive(&mut responses, response).await?;
    }
    drop(sender);
    same("the end", responses.next().await.transpose()?, None)
}

/// A stream whose first message comes after ten timeouts of its method is no failure.
async fn quiet_watch(client: &Client) -> Verdict {
    let method = STREAMING_OUTPUT_CALL.timeout_ms(TIMEOUT_MS).breaker(Breaker::DEFAULT.min_calls(1));
    let mut request = asking(1, &[1]);
    request.response_parameters[0].interval_us = (TIMEOUT_MS * TIMES * 1000).try_into()?;
    let mut responses: Streaming<StreamingOutputCallResponse> =
        client.server_streaming(method, Context::new(), request).await?;
    receive(&mut responses, 1).await?;
    same("the end", responses.next().await.transpose()?, None)?;
    same("the breaker", client.breaker(&method).map(|breaker| breaker.state()), Some(BreakerState::Closed))
}

/// Calls that run out of time beside others that succeed, for a while. The server closes the connection if it gets too many
/// pings.
pub async fn few_pings(client: &Client, time: Duration) -> Verdict {
    client.connect().await?;
    let mut connectivity = client.connectivity();
    let calls = async {
        let start = Instant::now();
        while start.elapsed() < time {
            hang(client, Context::new().with_timeout(PATIENCE), Code::DeadlineExceeded).await?;
            service(client).empty_call(Context::new(), Empty {}).await?;
        }
        same("the state", client.connectivity().state(), ConnectivityState::Ready)
    };
    tokio::select! {
        verdict = calls => verdict,
        state = connectivity.changed() => Err(format!("the connection was lost: {state:?}").into()),
    }
}

/// Pings more often than the server allows. The client pings less often each time that the server closes a connection.
pub async fn too_many_pings(address: &str) -> Verdict {
    let client = Client::builder(address).keep_alive(Duration::from_secs(1)).build()?;
    let mut lifetimes = Vec::new();
    for _ in 0..2 {
        let start = Instant::now();
        hang(&client, Context::new().with_timeout(Duration::from_secs(60)), Code::Unavailable).await?;
        lifetimes.push(start.elapsed());
    }
    // The server closes each connection after the same number of pings, whose interval has doubled.
    match lifetimes[1] >= lifetimes[0] + lifetimes[0] / 2 {
        true => Ok(()),
        false => Err(format!("the connections lasted for {lifetimes:?}").into()),
    }
}

/// Makes a call that is not retried, and returns the name of its code.
pub async fn one_call(client: &Client, timeout: Duration) -> &'static str {
    let method = EMPTY_CALL.no_breaker();
    let cx = Context::new().with_timeout(timeout);
    let result: Result<Empty> = client.unary(method, cx, Empty {}).await;
    result.err().map_or("OK", |error| error.code().name())
}

/// Opens a stream, sends nothing, and expects this error.
async fn hang(client: &Client, cx: Context, code: Code) -> Verdict {
    let (_sender, requests) = Streaming::channel(1);
    let mut responses = service(client).full_duplex_call(cx, requests).await?;
    let error = responses.next().await.and_then(Result::err).ok_or(NO_ERROR)?;
    same("the code", error.code(), code)
}
