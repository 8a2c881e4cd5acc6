//! Well-behaved callers, and callers that cancel.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rust_svc::{Client, Code, Context, Result, Streaming};
use tokio::time::{sleep, timeout};

use crate::{
    counts::{Counts, count},
    service::{CHAT, DOWNLOAD, UNARY, UPLOAD},
};

/// Makes one call after the other until it is dropped. Ends only if a response is wrong.
pub(crate) async fn call(address: SocketAddr, counts: Arc<Counts>) {
    loop {
        let client = Client::builder(format!("http://{address}"));
        let client = if fastrand::bool() { client.gzip() } else { client };
        let client = client.build().expect("an address");
        for _ in 0..fastrand::usize(1..200) {
            let client = Caller { client: client.clone(), counts: counts.clone() };
            client.any().await;
        }
    }
}

struct Caller {
    client: Client,
    counts: Arc<Counts>,
}

impl Caller {
    async fn any(self) {
        match fastrand::u8(..12) {
            0 => self.cancelled().await,
            1 => self.expiring().await,
            2 => self.download(fastrand::usize(..200)).await,
            3 => self.download_in_part().await,
            4 => self.upload().await,
            5 => self.chat().await,
            6 => self.refused("error", Code::FailedPrecondition).await,
            7 if fastrand::u8(..10) == 0 => self.refused("panic", Code::Internal).await,
            8 => self.echo("sleep".to_owned()).await,
            9 => self.echo("x".repeat(fastrand::usize(..100_000))).await,
            _ => self.echo("child".to_owned()).await,
        }
    }

    async fn unary(&self, cx: Context, request: String) -> Result<String> {
        self.client.unary(UNARY, cx, request).await
    }

    async fn echo(self, request: String) {
        let answer = self.unary(Context::new(), request.clone()).await;
        if let Some(answer) = self.answered(answer) {
            assert!(answer == request, "the answer to another question");
        }
    }

    async fn refused(self, request: &str, code: Code) {
        let error = self.unary(Context::new(), request.to_owned()).await.expect_err(request);
        if error.code() != Code::Unavailable {
            assert_eq!(error.code(), code, "{error}");
        }
        count(&self.counts.answered);
    }

    async fn cancelled(self) {
        let short = Duration::from_micros(fastrand::u64(..5_000));
        let given_up = timeout(short, self.unary(Context::new(), "hang".to_owned())).await;
        count(if given_up.is_err() { &self.counts.cancelled } else { &self.counts.shed });
    }

    async fn expiring(self) {
        let short = Duration::from_millis(fastrand::u64(1..20));
        let answer = self.unary(Context::new().with_timeout(short), "hang".to_owned()).await;
        let _ = self.answered(answer);
    }

    async fn download(self, messages: usize) {
        let stream = self.client.server_streaming(DOWNLOAD, Context::new(), messages.to_string()).await;
        let Some(stream) = self.answered(stream) else { return };
        let read: Result<Vec<String>> = stream.collect().await;
        if let Some(read) = self.answered(read) {
            assert_eq!(read.len(), messages, "a part of an answer");
        }
    }

    /// Reads a part of an endless stream slowly, and drops it.
    async fn download_in_part(self) {
        let stream = self.client.server_streaming(DOWNLOAD, Context::new(), "endless".to_owned()).await;
        let Some(mut stream): Option<Streaming<String>> = self.answered(stream) else { return };
        for _ in 0..fastrand::usize(..50) {
            if !matches!(stream.next().await, Some(Ok(_))) {
                return;
            }
            sleep(Duration::from_micros(fastrand::u64(..200))).await;
        }
        count(&self.counts.cancelled);
    }

    async fn upload(self) {
        let messages = fastrand::usize(..100);
        let requests = Streaming::from_messages((0..messages).map(|_| "x".repeat(1000)));
        let answer: Result<String> = self.client.client_streaming(UPLOAD, Context::new(), requests).await;
        if let Some(answer) = self.answered(answer) {
            assert_eq!(answer, (messages * 1000).to_string(), "a part of a request");
        }
    }

    /// Sends and receives in turns, and sometimes cancels.
    async fn chat(self) {
        let (sender, requests) = Streaming::channel(1);
        let stream = self.client.bidi_streaming(CHAT, Context::new(), requests).await;
        let Some(mut stream): Option<Streaming<String>> = self.answered(stream) else { return };
        for _ in 0..fastrand::usize(..20) {
            if sender.send("x".to_owned()).await.is_err() || !matches!(stream.next().await, Some(Ok(_))) {
                return;
            }
        }
        if fastrand::bool() {
            return count(&self.counts.cancelled);
        }
        drop(sender);
        let _ = stream.next().await;
    }

    /// The response, if there is one. A saturated server sheds calls, and old connections are closed.
    fn answered<T>(&self, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(answer) => {
                count(&self.counts.answered);
                return Some(answer);
            }
            Err(error) => match error.code() {
                Code::Unavailable => count(&self.counts.shed),
                Code::DeadlineExceeded | Code::Cancelled => count(&self.counts.expired),
                code => panic!("{}: {error}", code.name()),
            },
        }
        None
    }
}
