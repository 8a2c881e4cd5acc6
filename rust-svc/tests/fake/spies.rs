//! Spies over an implementation and over a client.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use rust_svc::{self as svc, Code, Context, Error, Result, Streaming, fake::Session};

use crate::service::{CHAT, GET, Store, StoreFake, UPLOAD, WATCH, connect, texts};

/// An implementation that remembers what it carried out.
#[derive(Debug, Default)]
struct RealStore(Mutex<Vec<String>>);

impl RealStore {
    fn done(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

#[svc::async_trait]
impl Store for RealStore {
    async fn get(&self, cx: Context, request: String) -> Result<String> {
        cx.set_header("x-real", "1")?;
        self.note(format!("get {request}"));
        Ok(request + "!")
    }

    async fn watch(&self, _: Context, request: String) -> Result<Streaming<String>> {
        self.note(format!("watch {request}"));
        Ok(texts(["1", "2"]))
    }

    async fn upload(&self, _: Context, requests: Streaming<String>) -> Result<String> {
        let text = requests.collect().await?.concat();
        self.note(format!("upload {text}"));
        Ok(text)
    }

    async fn chat(&self, _: Context, requests: Streaming<String>) -> Result<Streaming<String>> {
        self.note("chat".to_owned());
        Ok(requests)
    }
}

fn spy() -> (StoreFake, Arc<RealStore>) {
    let store = Arc::new(RealStore::default());
    (Session::new().into_fake(|session| StoreFake::spy(session, store.clone())), store)
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_script_are_passed_on_and_recorded() {
    let (spy, store) = spy();
    let (client, _server) = connect(&spy, &[]);
    for service in [&spy as &dyn Store, &client] {
        let cx = Context::new();
        assert_eq!(service.get(cx.clone(), "a".into()).await.unwrap(), "a!");
        assert_eq!(cx.headers().get("x-real"), Some("1"));
        assert_eq!(service.watch(Context::new(), "a".into()).await.unwrap().collect().await.unwrap(), ["1", "2"]);
        assert_eq!(service.upload(Context::new(), texts(["a", "b"])).await.unwrap(), "ab");
        assert_eq!(service.chat(Context::new(), texts(["a"])).await.unwrap().collect().await.unwrap(), ["a"]);
    }
    assert_eq!(store.done(), ["get a", "watch a", "upload ab", "chat"].repeat(2));
    assert_eq!(spy.upload.requests(), ["a", "b", "a", "b"]);
    spy.get.called(2);
}

#[tokio::test(start_paused = true)]
async fn a_call_fails_before_or_after_it_was_carried_out() {
    let (spy, store) = spy();
    let (client, _server) = connect(&spy, &[]);
    spy.get.fails(Error::aborted("before"));
    spy.get.fails_afterwards(Error::aborted("after"));
    spy.upload.fails_afterwards(Error::aborted("after"));
    spy.watch.fails_afterwards(Error::aborted("after"));
    spy.chat.fails_afterwards(Error::aborted("after"));
    assert_eq!(client.get(Context::new(), "a".into()).await.unwrap_err().message(), "before");
    assert_eq!(store.done(), [""; 0]);
    assert_eq!(client.get(Context::new(), "a".into()).await.unwrap_err().message(), "after");
    assert_eq!(client.get(Context::new(), "b".into()).await.unwrap(), "b!");
    assert_eq!(client.upload(Context::new(), texts(["c"])).await.unwrap_err().code(), Code::Aborted);
    let mut levels = client.watch(Context::new(), "d".into()).await.unwrap();
    assert_eq!(levels.next().await.unwrap().unwrap(), "1");
    assert_eq!(levels.next().await.unwrap().unwrap(), "2");
    assert_eq!(levels.next().await.unwrap().unwrap_err().code(), Code::Aborted);
    assert!(client.chat(Context::new(), texts(["e"])).await.unwrap().collect().await.is_err());
    assert_eq!(store.done(), ["get a", "get b", "upload c", "watch d", "chat"]);
}

#[tokio::test(start_paused = true)]
async fn a_spy_over_a_client_passes_errors_and_deadlines_on() {
    let fake = StoreFake::new();
    fake.get.hangs();
    let (client, _server) = connect(&fake, &[GET, WATCH, UPLOAD, CHAT]);
    let spy = Session::new().into_fake(|session| StoreFake::spy(session, Arc::new(client.clone())));
    let cx = Context::new().with_timeout(std::time::Duration::from_secs(3));
    assert_eq!(spy.get(cx, "a".into()).await.unwrap_err().code(), Code::DeadlineExceeded);
    fake.get.calls()[0].assert_deadline_within(std::time::Duration::from_secs(3));
}

#[test]
fn a_fake_that_passes_nothing_on_cannot_fail_afterwards() {
    let fake = StoreFake::new();
    let panic = catch_unwind(AssertUnwindSafe(|| fake.get.fails_afterwards(Error::aborted("after")))).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert_eq!(text, "test.v1.Store/Get is no spy: it passes no calls on");
}
