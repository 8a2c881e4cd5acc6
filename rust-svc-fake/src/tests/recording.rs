//! Recorded calls, replayed.

use rust_svc::Code;

use super::*;
use crate::record::RecordingProxy;

const SCRIPTS: &str = r#"
- {method: library.v1.Library/GetBook, when: {name: a}, returns: {title: "A: \"quoted\""}}
- {method: library.v1.Library/GetBook, fails: {code: NOT_FOUND, message: none}}
- {method: library.v1.Library/WatchBooks, stream: [{send: {title: one}}, {send: {title: two}}]}
- {method: library.v1.Library/ImportBooks, returns: {total_size: 2}}
- {method: library.v1.Library/Discuss, stream: [{reply_each: {title: "${request.title}!"}}]}
"#;

async fn observe(it: &Fixture) -> Vec<Result<Vec<Value>>> {
    vec![
        it.call("GetBook", json!({"name": "a"})).await.map(|book| vec![book]),
        it.call("GetBook", json!({"name": "b"})).await.map(|book| vec![book]),
        it.watch(json!({"name": "w"})).await,
        it.exchange("ImportBooks", vec![book("a"), book("b")]).await,
        it.exchange("Discuss", vec![book("a"), book("b")]).await,
    ]
}

fn show(observed: &[Result<Vec<Value>>]) -> String {
    let text = |result: &Result<Vec<Value>>| match result {
        Ok(values) => format!("{values:?}"),
        Err(error) => format!("{} {}", error.code(), error.message()),
    };
    observed.iter().map(text).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_recording_replays_what_the_server_did() {
    let real = Fixture::new(SCRIPTS).await;
    let out = real.folder.path().join("recorded.txt");
    let proxy = RecordingProxy::start(crate::RecordConfig {
        descriptors: descriptors(PROTO),
        upstream: format!("http://{}", real.fake.address()),
        listen: "127.0.0.1:0".to_owned(),
        out: out.clone(),
    });
    let proxy = proxy.await.unwrap();
    let mut through = Fixture::new("").await;
    through.client = Client::builder(format!("http://{}", proxy.address())).build().unwrap();
    let recorded = observe(&through).await;
    assert_eq!(show(&recorded), show(&observe(&real).await));
    proxy.finish().unwrap();
    let scripts = fs::read_to_string(&out).unwrap();
    let replayed = Fixture::new(&scripts).await;
    assert_eq!(show(&observe(&replayed).await), show(&recorded), "{scripts}");
}

#[tokio::test]
async fn drift_from_the_contract_is_an_error() {
    let real = Fixture::new("- {method: library.v1.Library/GetBook, returns: {title: A, pages: 7}}").await;
    let out = real.folder.path().join("recorded.txt");
    let proxy = RecordingProxy::start(crate::RecordConfig {
        descriptors: descriptors(&PROTO.replace("int64 pages = 4;", "")),
        upstream: format!("http://{}", real.fake.address()),
        listen: "127.0.0.1:0".to_owned(),
        out: out.clone(),
    });
    let proxy = proxy.await.unwrap();
    let mut through = Fixture::new("").await;
    through.client = Client::builder(format!("http://{}", proxy.address())).build().unwrap();
    let error = through.call("GetBook", json!({"name": "a"})).await.unwrap_err();
    assert_eq!(error.code(), Code::Internal);
    assert!(error.message().contains("field 4 is unknown in library.v1.Book"), "{error}");
    assert!(proxy.finish().is_err());
    assert_eq!(fs::read_to_string(&out).unwrap(), "");
}
