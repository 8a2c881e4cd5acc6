//! Streams of requests and responses.

use std::{task::Poll, time::Duration};

use bytes::Bytes;
use h2::Reason;
use http_body::Frame;
use rust_svc::{Code, Context, Error, Streaming, client::BreakerState};
use tokio::{sync::mpsc, time};

use crate::{
    CHAT, SENSITIVE, UPLOAD, WATCH,
    in_process::{answer, client, failure, pieces},
    wire::{Server, Then, frame, status},
};

fn text(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn messages_and_trailers_of_a_stream_are_received() {
    let server = Server::start(|mut call| async move {
        assert_eq!(call.next().await.unwrap().unwrap(), "request");
        let mut stream = call.begin();
        for answer in ["one", "two", "three"] {
            stream.send_data(frame(answer), false).unwrap();
        }
        let mut trailers = status(0);
        trailers.insert("x-count", 3.into());
        stream.send_trailers(trailers).unwrap();
        Then::Keep
    })
    .await;
    let cx = Context::new();
    let stream = server.client().server_streaming::<_, String, _, _>(WATCH, cx.clone(), text("request")).await.unwrap();
    assert_eq!(stream.collect().await.unwrap(), ["one", "two", "three"]);
    assert_eq!(cx.trailers().get("x-count"), Some("3"));
}

#[tokio::test]
async fn an_error_at_the_end_is_the_last_item() {
    let server = Server::start(|mut call| async move {
        let mut stream = call.begin();
        stream.send_data(frame("one"), false).unwrap();
        stream.send_trailers(status(5)).unwrap();
        Then::Keep
    })
    .await;
    let mut stream =
        server.client().server_streaming::<_, String, _, _>(WATCH, Context::new(), text("")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "one");
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Code::NotFound);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn the_timeout_bounds_the_opening_of_a_stream() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = rust_svc::Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let start = time::Instant::now();
    let opened = client.server_streaming::<_, String, _, _>(WATCH.timeout_ms(300), Context::new(), text(""));
    assert_eq!(opened.await.unwrap_err().code(), Code::DeadlineExceeded);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

/// A caller that has seen enough says nothing about the server.
#[tokio::test]
async fn a_stream_that_its_caller_drops_is_no_failure() {
    let server = Server::start(|mut call| async move {
        if call.index == 0 {
            call.reset_by_client().await;
            return Then::Keep;
        }
        let mut stream = call.begin();
        stream.send_data(frame("one"), false).unwrap();
        std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap();
        Then::Keep
    })
    .await;
    let (client, method) = (server.client(), WATCH.breaker(SENSITIVE));
    let breaker = client.breaker(&method).unwrap();
    let open = || client.server_streaming::<_, String, _, _>(method, Context::new(), text(""));
    drop(open().await.unwrap());
    assert_eq!((breaker.snapshot().calls, breaker.snapshot().failures), (0, 0), "dropped before the response");
    for calls in 1..=3 {
        let mut stream = open().await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), "one");
        drop(stream);
        assert_eq!((breaker.snapshot().calls, breaker.snapshot().failures), (calls, 0), "dropped after a message");
    }
}

/// Servers such as those of grpc-go send headers with their first message.
#[tokio::test(start_paused = true)]
async fn a_stream_may_be_quiet_beyond_the_timeout_of_its_method() {
    let (client, _) = client(|_| async {
        time::sleep(Duration::from_secs(10)).await;
        answer("late")
    });
    let method = WATCH.timeout_ms(1000).breaker(SENSITIVE);
    for _ in 0..4 {
        let stream = client.server_streaming::<_, String, _, _>(method, Context::new(), text("")).await.unwrap();
        assert_eq!(stream.collect().await.unwrap(), ["late"]);
        let cx = Context::new().with_timeout(Duration::from_secs(2));
        let stream = client.server_streaming::<_, String, _, _>(method, cx, text("")).await.unwrap();
        assert_eq!(stream.collect().await.unwrap_err().code(), Code::DeadlineExceeded);
    }
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Closed);
}

#[tokio::test]
async fn a_caller_sends_before_the_server_responds() {
    let server = Server::start(|mut call| async move {
        // Neither headers nor messages before the first request.
        assert_eq!(call.next().await.unwrap().unwrap(), "one");
        call.answer("first")
    })
    .await;
    let (sender, requests) = Streaming::channel(1);
    let client = server.client();
    let opened = client.bidi_streaming(CHAT, Context::new(), requests);
    let mut responses: Streaming<String> = time::timeout(Duration::from_secs(5), opened).await.unwrap().unwrap();
    sender.send(text("one")).await.unwrap();
    assert_eq!(responses.message().await.unwrap().unwrap(), "first");
    assert!(responses.message().await.unwrap().is_none());
}

#[tokio::test]
async fn an_attempt_that_fails_before_its_response_is_retried() {
    let server = Server::start(|call| async move {
        match call.index {
            0 => {
                time::sleep(Duration::from_millis(50)).await;
                call.fail(Code::Unavailable.number())
            }
            _ => call.answer("one"),
        }
    })
    .await;
    let method = WATCH.no_side_effects().timeout_ms(5000);
    let stream = server.client().server_streaming::<_, String, _, _>(method, Context::new(), text("")).await.unwrap();
    assert_eq!(stream.collect().await.unwrap(), ["one"]);
    assert_eq!(server.header("grpc-previous-rpc-attempts"), [None, Some(text("1"))]);
}

#[tokio::test]
async fn a_stream_that_is_dropped_before_the_response_cancels_the_call() {
    let (sender, mut resets) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        let sender = sender.clone();
        async move {
            sender.send(call.reset_by_client().await).unwrap();
            Then::Keep
        }
    })
    .await;
    let client = server.client();
    drop(client.server_streaming::<_, String, _, _>(WATCH, Context::new(), text("")).await.unwrap());
    assert_eq!(resets.recv().await.unwrap(), Reason::CANCEL);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_context_bounds_the_whole_stream() {
    let (client, log) = client(|_| async {
        let body = http_body_util::StreamBody::new(futures::stream::pending::<Result<Frame<Bytes>, Error>>());
        answer("").map(|_| rust_svc::Body::new(body))
    });
    let cx = Context::new().with_timeout(Duration::from_secs(2));
    let start = time::Instant::now();
    let mut stream = client.server_streaming::<_, String, _, _>(WATCH.timeout_ms(300), cx, text("")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Code::DeadlineExceeded);
    assert!(stream.next().await.is_none());
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    assert_eq!(log.header("grpc-timeout"), [Some(text("2000000u"))]);

    let (cx, guard) = Context::new().with_cancel_guard();
    let mut stream = client.server_streaming::<_, String, _, _>(WATCH, cx, text("")).await.unwrap();
    drop(guard);
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Code::Cancelled);
}

/// Returns a response without messages, whose status follows after this time.
fn ending(after: Duration, code: i32) -> http::Response<rust_svc::Body> {
    let end = async move {
        time::sleep(after).await;
        Ok::<_, Error>(Frame::trailers(status(code)))
    };
    let body = http_body_util::StreamBody::new(futures::stream::once(Box::pin(end)));
    answer("").map(|_| rust_svc::Body::new(body))
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_the_deadline_is_deadline_exceeded() {
    for (after, code) in [(1000, Code::Cancelled), (1996, Code::DeadlineExceeded)] {
        let (client, _) = client(move |_| async move { ending(Duration::from_millis(after), 1) });
        let cx = Context::new().with_timeout(Duration::from_secs(2));
        let stream = client.server_streaming::<_, String, _, _>(WATCH, cx, text("")).await.unwrap();
        assert_eq!(stream.collect().await.unwrap_err().code(), code, "after {after} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_keeps_a_margin_of_its_deadline() {
    let (client, log) = client(|_| async { ending(Duration::from_secs(60), 0) });
    let cx = Context::new().with_peer("10.0.0.7:1").with_timeout(Duration::from_secs(2));
    let start = time::Instant::now();
    let stream = client.server_streaming::<_, String, _, _>(WATCH, cx.child(), text("")).await.unwrap();
    assert_eq!(stream.collect().await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!(start.elapsed(), Duration::from_millis(1960));
    assert_eq!(log.header("grpc-timeout"), [Some(text("1960000u"))]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_retried_only_before_its_response_begins() {
    let (client, log) = client(|index| async move {
        match index {
            0 => failure(Code::Unavailable.number()),
            _ => pieces([Frame::data(frame("one")), Frame::trailers(status(Code::Unavailable.number()))]),
        }
    });
    let stream =
        client.server_streaming::<_, String, _, _>(WATCH.no_side_effects(), Context::new(), text("")).await.unwrap();
    assert_eq!(stream.collect().await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(log.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_a_success_when_it_begins_and_a_failure_when_it_breaks() {
    let (client, _) = client(|_| async { pieces([Frame::trailers(status(Code::Unavailable.number()))]) });
    let method = WATCH.breaker(SENSITIVE.min_calls(4));
    let breaker = client.breaker(&method).unwrap();
    for (calls, failures) in [(2, 1), (4, 2)] {
        let stream = client.server_streaming::<_, String, _, _>(method, Context::new(), text("")).await.unwrap();
        let before = breaker.snapshot();
        assert_eq!((before.calls, before.failures), (calls - 1, failures - 1));
        stream.collect().await.unwrap_err();
        assert_eq!((breaker.snapshot().calls, breaker.snapshot().failures), (calls, failures));
    }
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test]
async fn dropping_the_stream_cancels_the_call() {
    for bidi in [false, true] {
        let (sender, mut resets) = mpsc::unbounded_channel();
        let server = Server::start(move |mut call| {
            let sender = sender.clone();
            async move {
                let mut stream = call.begin();
                stream.send_data(frame("one"), false).unwrap();
                let reason = std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap();
                sender.send(reason).unwrap();
                Then::Keep
            }
        })
        .await;
        let client = server.client();
        let (_requests, stream) = Streaming::<String>::channel(1);
        let mut replies: Streaming<String> = match bidi {
            true => client.bidi_streaming(CHAT, Context::new(), stream).await.unwrap(),
            false => client.server_streaming(WATCH, Context::new(), text("")).await.unwrap(),
        };
        assert_eq!(replies.next().await.unwrap().unwrap(), "one");
        drop(replies);
        assert!(matches!(resets.recv().await, Some(Reason::CANCEL | Reason::INTERNAL_ERROR)), "bidi: {bidi}");
    }
}

#[tokio::test]
async fn all_requests_of_a_stream_are_sent() {
    let server = Server::start(|mut call| async move {
        let mut all = Vec::new();
        while let Some(next) = call.next().await {
            all.push(next.unwrap());
        }
        call.answer(&all.join(" "))
    })
    .await;
    let requests = Streaming::from_messages(["one", "two", "three"].map(text));
    let answer: String = server.client().client_streaming(UPLOAD, Context::new(), requests).await.unwrap();
    assert_eq!(answer, "one two three");
    let answer: String =
        server.client().client_streaming(UPLOAD, Context::new(), Streaming::<String>::empty()).await.unwrap();
    assert_eq!(answer, "");
}

#[tokio::test]
async fn a_server_may_fail_a_call_before_the_last_request() {
    let server = Server::start(|mut call| async move {
        call.next().await;
        call.fail(Code::ResourceExhausted.number())
    })
    .await;
    let client = server.client();
    for _ in 0..50 {
        let requests = Streaming::new(futures::stream::repeat_with(|| Ok(text("more"))));
        let error = client
            .client_streaming::<_, String, _, _>(UPLOAD.no_breaker(), Context::new(), requests)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::ResourceExhausted, "{error:?}");
    }
}

#[tokio::test]
async fn a_panic_in_the_stream_of_requests_ends_the_call() {
    let server = Server::start(|mut call| async move {
        while let Some(Ok(_)) = call.next().await {}
        Then::Keep
    })
    .await;
    let requests = || {
        let mut polled = 0;
        Streaming::new(futures::stream::poll_fn(move |cx| {
            polled += 1;
            match polled {
                1 => Poll::Ready(Some(Ok(text("one")))),
                2 => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                _ => panic!("a stream that panics"),
            }
        }))
    };
    let call = server.client().client_streaming::<_, String, _, _>(UPLOAD, Context::new(), requests()).await;
    assert_eq!(call.unwrap_err().message(), "the stream of requests panicked");
    let (client, _) = client(|_| std::future::pending());
    let call = client.client_streaming::<_, String, _, _>(
        UPLOAD,
        Context::new().with_timeout(Duration::from_millis(50)),
        requests(),
    );
    assert_eq!(call.await.unwrap_err().code(), Code::DeadlineExceeded, "nobody reads the requests");
}

/// The server must not take a failed stream for a complete one.
#[tokio::test]
async fn an_error_in_the_stream_of_requests_cancels_the_call() {
    let (sender, mut ends) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        let sender = sender.clone();
        async move {
            let mut end = None;
            while let Some(next) = call.next().await {
                end = Some(next.is_err());
                if next.is_err() {
                    break;
                }
            }
            sender.send(end).unwrap();
            Then::Keep
        }
    })
    .await;
    let (sender, requests) = Streaming::channel(4);
    sender.send(text("one")).await.unwrap();
    sender.fail(Error::not_found("the second one")).await;
    let client = server.client();
    let error = client.client_streaming::<_, String, _, _>(UPLOAD, Context::new(), requests).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::NotFound, "the second one"));
    assert_eq!(client.breaker(&UPLOAD).unwrap().snapshot().calls, 0, "the server did nothing wrong");
    assert_eq!(ends.recv().await, Some(Some(true)));
}

#[tokio::test]
async fn requests_and_responses_may_alternate() {
    let server = Server::start(|mut call| async move {
        let mut stream = call.begin();
        while let Some(next) = call.next().await {
            stream.send_data(frame(&format!("re: {}", next.unwrap())), false).unwrap();
        }
        stream.send_trailers(status(0)).unwrap();
        Then::Keep
    })
    .await;
    let (sender, requests) = Streaming::channel(1);
    let mut replies: Streaming<String> = server.client().bidi_streaming(CHAT, Context::new(), requests).await.unwrap();
    for word in ["one", "two", "three"] {
        sender.send(text(word)).await.unwrap();
        assert_eq!(replies.next().await.unwrap().unwrap(), format!("re: {word}"));
    }
    drop(sender);
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn an_unread_stream_of_requests_is_resent() {
    for (touch, works) in [(false, true), (true, false)] {
        let server = Server::start(move |mut call| async move {
            if call.index > 0 {
                let first = call.next().await.unwrap().unwrap();
                return call.answer(&first);
            }
            if touch {
                call.next().await;
            }
            call.reset(Reason::REFUSED_STREAM)
        })
        .await;
        let (sender, requests) = Streaming::channel(1);
        let client = server.client();
        let call = client.client_streaming::<_, String, _, _>(UPLOAD, Context::new(), requests);
        let send = async {
            if !touch {
                while server.calls() < 2 {
                    tokio::task::yield_now().await;
                }
            }
            sender.send(text("one")).await.unwrap();
        };
        let (result, ()) = tokio::join!(call, send);
        assert_eq!(result.is_ok(), works, "touch: {touch}");
    }
}
