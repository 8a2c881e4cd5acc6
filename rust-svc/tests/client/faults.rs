//! Faults of servers, connections and proxies.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use h2::Reason;
use http::Response;
use rust_svc::{Client, Code, Context, Method, Retry};
use tokio::{io::AsyncWriteExt, net::TcpListener, sync::mpsc};

use crate::{
    GET, call,
    wire::{Server, Then, frame, status},
};

const SHORT_TIMEOUT_GET: Method = GET.timeout_ms(150);

#[tokio::test]
async fn a_unary_call_sends_the_headers_of_grpc() {
    let server = Server::start(|call| async move { call.answer("answer") }).await;
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(call(&client, GET).await.unwrap(), "answer");
    }
    assert_eq!(server.header("te"), vec![Some("trailers".to_owned()); 3]);
    assert_eq!(server.header("content-type"), vec![Some("application/grpc".to_owned()); 3]);
    assert!(server.header("user-agent")[0].as_ref().unwrap().starts_with("rust-svc/"));
}

/// The response stalls before its headers, after them, within a message, and after a message.
#[tokio::test]
async fn a_stalled_response_is_reset_at_the_deadline() {
    for progress in 0..4 {
        let (sender, mut resets) = mpsc::unbounded_channel();
        let server = Server::start(move |mut call| {
            let sender = sender.clone();
            async move {
                let mut stream = (progress > 0).then(|| call.begin());
                if let Some(stream) = stream.as_mut().filter(|_| progress > 1) {
                    let bytes = frame("answer");
                    let part = if progress == 2 { bytes.slice(..7) } else { bytes };
                    stream.send_data(part, false).unwrap();
                }
                let reason = match &mut stream {
                    Some(stream) => std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap(),
                    None => call.reset_by_client().await,
                };
                sender.send(reason).unwrap();
                Then::Keep
            }
        })
        .await;
        let error = call(&server.client(), SHORT_TIMEOUT_GET).await.unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded, "progress {progress}");
        assert_eq!(error.message(), "test.v1.Test/Get did not answer in time");
        assert_eq!(resets.recv().await, Some(Reason::CANCEL), "progress {progress}");
    }
}

#[tokio::test]
async fn a_server_that_sends_no_settings_exceeds_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    assert_eq!(call(&client, SHORT_TIMEOUT_GET).await.unwrap_err().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_trickle_does_not_extend_the_deadline() {
    let server = Server::start(|mut call| async move {
        let mut stream = call.begin();
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        for byte in frame(&"x".repeat(100)).chunks(1) {
            ticks.tick().await;
            if stream.send_data(byte.to_vec().into(), false).is_err() {
                break;
            }
        }
        Then::Keep
    })
    .await;
    assert_eq!(call(&server.client(), SHORT_TIMEOUT_GET).await.unwrap_err().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_client_connects_once_its_server_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::new(format!("http://{address}")).unwrap();
    let error = call(&client, GET).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "test.v1.Test/Get cannot be reached"));
    assert!(!error.message().contains("127"), "the message names no address");
    assert!(std::error::Error::source(&error).is_some());

    let server = Server::on(TcpListener::bind(address).await.unwrap(), |call| async move { call.answer("answer") });
    assert_eq!(call(&client, GET.wait_for_ready(true)).await.unwrap(), "answer");
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn calls_succeed_after_graceful_goaways() {
    let first = Server::start(|call| async move {
        call.answer("first");
        Then::Stop
    })
    .await;
    let client = first.client();
    for _ in 0..5 {
        assert_eq!(call(&client, GET).await.unwrap(), "first");
    }
}

#[tokio::test]
async fn a_refused_stream_is_resent_and_not_counted_as_an_attempt() {
    let server = Server::start(|call| async move {
        if call.index == 0 { call.reset(Reason::REFUSED_STREAM) } else { call.answer("answer") }
    })
    .await;
    assert_eq!(call(&server.client(), GET).await.unwrap(), "answer");
    assert_eq!(server.header("grpc-previous-rpc-attempts"), [None, None]);
}

#[tokio::test]
async fn a_stream_refused_twice_is_unavailable() {
    let server = Server::start(|call| async move { call.reset(Reason::REFUSED_STREAM) }).await;
    assert_eq!(call(&server.client(), GET).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(server.calls(), 2);
}

#[tokio::test]
async fn only_repeatable_calls_are_retried_after_a_broken_connection() {
    let retry = Retry::new(3).backoff_ms(1, 1, 1.0);
    for (method, calls) in
        [(GET, 1), (GET.retry(retry), 1), (GET.retry(retry).idempotent(), 3), (GET.no_side_effects(), 3)]
    {
        let server = Server::start(|mut call| async move {
            call.next().await;
            Then::Drop(call)
        })
        .await;
        let error = call(&server.client(), method).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Unavailable, "test.v1.Test/Get went away"));
        assert_eq!(server.calls(), calls, "{method:?}");
    }
}

#[tokio::test]
async fn a_goaway_in_flight_is_unavailable_and_not_retried() {
    let server = Server::start(|mut call| async move {
        call.next().await;
        Then::GoAway(call)
    })
    .await;
    assert_eq!(call(&server.client(), GET).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn a_broken_connection_fails_all_its_calls() {
    let server = Server::start(|mut call| async move {
        if call.index < 99 {
            call.reset_by_client().await;
        }
        Then::Drop(call)
    })
    .await;
    let client = server.client();
    let calls = (0..100).map(|_| call(&client, GET.no_breaker()));
    let codes: Vec<_> = futures::future::join_all(calls).await.into_iter().map(|it| it.unwrap_err().code()).collect();
    assert_eq!(codes, vec![Code::Unavailable; 100]);
}

#[tokio::test]
async fn reset_reasons_map_to_codes() {
    for (reason, code) in [
        (Reason::CANCEL, Code::Cancelled),
        (Reason::ENHANCE_YOUR_CALM, Code::ResourceExhausted),
        (Reason::INADEQUATE_SECURITY, Code::PermissionDenied),
        (Reason::INTERNAL_ERROR, Code::Internal),
        (Reason::PROTOCOL_ERROR, Code::Internal),
        (Reason::NO_ERROR, Code::Internal),
    ] {
        for begun in [false, true] {
            let server = Server::start(move |mut call| async move {
                if !begun {
                    return call.reset(reason);
                }
                call.begin().send_reset(reason);
                Then::Keep
            })
            .await;
            let error = call(&server.client(), GET).await.unwrap_err();
            assert_eq!(error.code(), code, "{reason:?}, begun: {begun}");
        }
    }
}

#[tokio::test]
async fn http_statuses_of_proxies_map_to_codes() {
    for (http, code) in [(503, Code::Unavailable), (502, Code::Unavailable), (404, Code::Unimplemented)] {
        for with_body in [false, true] {
            let server = Server::start(move |mut call| async move {
                let response = Response::builder().status(http).header("content-type", "text/html").body(()).unwrap();
                let mut stream = call.respond.send_response(response, !with_body).unwrap();
                if with_body {
                    stream.send_data("<html>".into(), true).unwrap();
                }
                Then::Keep
            })
            .await;
            assert_eq!(call(&server.client(), GET).await.unwrap_err().code(), code, "{http}");
        }
    }
}

#[tokio::test]
async fn a_response_without_a_status_is_internal() {
    let server = Server::start(|mut call| async move {
        call.begin().send_data(frame("answer"), true).unwrap();
        Then::Keep
    })
    .await;
    assert_eq!(call(&server.client(), GET).await.unwrap_err().code(), Code::Internal);
}

#[tokio::test]
async fn a_unary_call_with_no_or_two_responses_is_unimplemented() {
    for count in [0, 2] {
        let server = Server::start(move |mut call| async move {
            let mut stream = call.begin();
            for _ in 0..count {
                stream.send_data(frame("answer"), false).unwrap();
            }
            stream.send_trailers(status(0)).unwrap();
            Then::Keep
        })
        .await;
        assert_eq!(call(&server.client(), GET).await.unwrap_err().code(), Code::Unimplemented, "{count} responses");
    }
}

#[tokio::test]
async fn a_response_above_the_limit_is_resource_exhausted() {
    let server = Server::start(|call| async move { call.answer(&"x".repeat(10_000)) }).await;
    let address = format!("http://{}", server.address);
    let error = call(&Client::builder(&address).max_response_bytes(10_000).build().unwrap(), GET).await.unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted);
    assert_eq!(error.message(), "test.v1.Test/Get answered with a message of 10003 bytes; the limit is 10000");
    assert!(call(&Client::builder(&address).max_response_bytes(10_003).build().unwrap(), GET).await.is_ok());
}

#[tokio::test]
async fn calls_that_end_while_they_wait_for_a_stream_are_never_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (sender, mut requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut builder = h2::server::Builder::new();
        let mut connection = builder.max_concurrent_streams(1).handshake::<_, bytes::Bytes>(socket).await.unwrap();
        while let Some(Ok((_, respond))) = connection.accept().await {
            sender.send(respond).unwrap();
        }
    });
    let method = GET.no_breaker();
    let held = tokio::spawn({
        let client = client.clone();
        async move { call(&client, method).await }
    });
    let mut held_stream = requests.recv().await.unwrap();
    let given_up = futures::future::join_all((0..1000).map(|_| call(&client, SHORT_TIMEOUT_GET.no_breaker()))).await;
    assert!(given_up.iter().all(|result| result.as_ref().is_err_and(|error| error.code() == Code::DeadlineExceeded)));
    assert!(!held.is_finished(), "the call that has a stream goes on");
    held_stream.send_reset(Reason::INTERNAL_ERROR);
    assert_eq!(held.await.unwrap().unwrap_err().code(), Code::Internal);
    let next = tokio::spawn(async move { call(&client, method).await });
    requests.recv().await.unwrap().send_reset(Reason::CANCEL);
    assert_eq!(next.await.unwrap().unwrap_err().code(), Code::Cancelled, "the next call gets the next stream");
    assert!(requests.try_recv().is_err(), "no call that waited was sent");
}

#[tokio::test]
async fn calls_that_wait_for_a_stream_end_at_their_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut builder = h2::server::Builder::new();
        let mut connection = builder.max_concurrent_streams(1).handshake::<_, bytes::Bytes>(socket).await.unwrap();
        let mut held = Vec::new();
        while let Some(Ok(request)) = connection.accept().await {
            held.push(request);
        }
    });
    let calls = (0..50).map(|_| call(&client, SHORT_TIMEOUT_GET.no_breaker()));
    for result in futures::future::join_all(calls).await {
        assert_eq!(result.unwrap_err().code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn keepalive_detects_a_vanished_server() {
    let (sender, mut accepted) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            // Nothing follows the SETTINGS.
            socket.write_all(b"\0\0\0\x04\0\0\0\0\0").await.unwrap();
            sender.send(socket).unwrap();
        }
    });
    tokio::time::pause();
    let client = Client::builder(address).keep_alive(Duration::from_secs(20)).build().unwrap();
    let error = call(&client, GET).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "test.v1.Test/Get went away"));
    assert!(accepted.try_recv().is_ok());
}

/// On a slow connection the acknowledgement of a ping waits behind other data.
#[tokio::test]
async fn keepalive_accepts_any_data_in_place_of_an_acknowledgement() {
    const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
    /// A trailers-only response to the first call.
    const UNAUTHENTICATED: &[u8] = b"\0\0\x24\x01\x05\0\0\0\x01\x88\x0f\x10\x10application/grpc\0\x0bgrpc-status\x0216";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        for _ in 0..9 {
            socket.write_all(SETTINGS).await.unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        socket.write_all(UNAUTHENTICATED).await.unwrap();
        std::future::pending::<()>().await;
    });
    tokio::time::pause();
    let client = Client::builder(address).keep_alive(Duration::from_secs(20)).build().unwrap();
    let answer = call(&client, GET.timeout_ms(60_000)).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_client_recovers_from_repeatedly_broken_connections() {
    let healthy = Arc::new(AtomicBool::new(false));
    let switch = healthy.clone();
    let server = Server::start(move |mut call| {
        let breaks = call.index.is_multiple_of(3) && !switch.load(Ordering::SeqCst);
        async move {
            call.next().await;
            if breaks { Then::Drop(call) } else { call.answer("answer") }
        }
    })
    .await;
    let client = server.client();
    let retry = Retry::new(5).backoff_ms(1, 5, 2.0);
    let method = GET.idempotent().retry(retry).no_breaker();
    let calls = (0..300).map(|_| call(&client, method));
    for result in futures::future::join_all(calls).await {
        assert!(result.as_ref().is_ok_and(|it| it == "answer") || result.unwrap_err().code() == Code::Unavailable);
    }
    healthy.store(true, Ordering::SeqCst);
    assert!(call(&client, method).await.is_ok());
}

#[tokio::test]
async fn a_dropped_call_is_reset_with_cancel() {
    let (sender, mut resets) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        let sender = sender.clone();
        async move {
            sender.send(None).unwrap();
            sender.send(Some(call.reset_by_client().await)).unwrap();
            Then::Keep
        }
    })
    .await;
    let client = server.client();
    let task = tokio::spawn(async move { call(&client, GET).await });
    assert_eq!(resets.recv().await, Some(None));
    task.abort();
    assert_eq!(resets.recv().await, Some(Some(Reason::CANCEL)));
}

#[tokio::test]
async fn a_cancelled_context_cancels_the_call() {
    let (sender, mut resets) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        let sender = sender.clone();
        async move {
            sender.send(None).unwrap();
            sender.send(Some(call.reset_by_client().await)).unwrap();
            Then::Keep
        }
    })
    .await;
    let client = server.client();
    let (cx, guard) = Context::new().with_cancel_guard();
    let task = tokio::spawn(async move { client.unary::<_, String, _, _>(GET, cx.child(), String::new()).await });
    assert_eq!(resets.recv().await, Some(None));
    drop(guard);
    let error = task.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Cancelled, "the caller of test.v1.Test/Get went away"));
    assert_eq!(resets.recv().await, Some(Some(Reason::CANCEL)));
}

const FORMS: &str =
    "write http://HOST:PORT, https://HOST:PORT, dns:///HOST:PORT, static:HOST:PORT,HOST:PORT or unix:PATH";

#[test]
fn invalid_addresses_and_settings_are_refused() {
    for (address, help) in [
        ("localhost:50051", FORMS),
        ("", FORMS),
        ("http://", FORMS),
        ("http://:80", FORMS),
        ("http://host:", FORMS),
        ("http://host:99999", FORMS),
        ("ftp://host", FORMS),
        ("unix:", FORMS),
        ("http://localhost:50051/api", "leave out what follows the port"),
    ] {
        let error = Client::new(address).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert_eq!(error.message(), format!("invalid address `{address}`: {help}"));
    }
    for address in ["http://localhost:50051/", "http://127.0.0.1", "http://[::1]:50051", "unix:/run/shop.sock"] {
        assert!(Client::new(address).is_ok(), "{address} needs no runtime");
    }
    assert!(Client::builder("http://localhost").authority("a b").build().is_err());
    assert!(Client::builder("http://localhost").metadata("grpc-x", "1").build().is_err());
}

#[test]
fn plaintext_beyond_loopback_is_opt_in() {
    for address in ["http://inventory:50051", "http://10.0.0.7", "http://[2001:db8::7]:50051"] {
        let error = Client::new(address).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("`Client::builder(..).plaintext()`"), "{error}");
        assert!(Client::builder(address).plaintext().build().is_ok());
    }
}
