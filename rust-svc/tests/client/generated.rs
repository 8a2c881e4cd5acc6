//! A client in the form of generated code.

use std::sync::Arc;

use rust_svc as svc;

use crate::{
    CHAT, GET, UPLOAD, WATCH,
    wire::{Server, Then, frame, status},
};

#[svc::async_trait]
trait Test: Send + Sync {
    async fn get(&self, cx: svc::Context, request: String) -> svc::Result<String>;
    async fn watch(&self, cx: svc::Context, request: String) -> svc::Result<svc::Streaming<String>>;
    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<String>;
    async fn chat(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<svc::Streaming<String>>;
}

#[derive(Clone, Debug)]
struct TestClient(svc::Client);

#[svc::async_trait]
impl Test for TestClient {
    async fn get(&self, cx: svc::Context, request: String) -> svc::Result<String> {
        self.0.unary(GET, cx, request).await
    }

    async fn watch(&self, cx: svc::Context, request: String) -> svc::Result<svc::Streaming<String>> {
        self.0.server_streaming(WATCH, cx, request).await
    }

    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<String> {
        self.0.client_streaming(UPLOAD, cx, requests).await
    }

    async fn chat(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<svc::Streaming<String>> {
        self.0.bidi_streaming(CHAT, cx, requests).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_call_all_kinds_of_methods() {
    let server = Server::start(|mut call| async move {
        let mut stream = call.begin();
        while let Some(Ok(text)) = call.next().await {
            stream.send_data(frame(&text), false).unwrap();
        }
        stream.send_trailers(status(0)).unwrap();
        Then::Keep
    })
    .await;
    let client: Arc<dyn Test> = Arc::new(TestClient(server.client()));
    let tasks = (0..100).map(|index| tokio::spawn(use_all(client.clone(), format!("message {index}"))));
    for task in futures::future::join_all(tasks).await {
        task.unwrap();
    }
}

async fn use_all(client: Arc<dyn Test>, text: String) {
    let cx = svc::Context::new();
    let one = || svc::Streaming::from_messages([text.clone()]);
    assert_eq!(client.get(cx.child(), text.clone()).await.unwrap(), text);
    assert_eq!(client.upload(cx.child(), one()).await.unwrap(), text);
    let replies = client.watch(cx.child(), text.clone()).await.unwrap();
    assert_eq!(replies.collect().await.unwrap().concat(), text);
    let replies = client.chat(cx.child(), one()).await.unwrap();
    assert_eq!(replies.collect().await.unwrap().concat(), text);
}
