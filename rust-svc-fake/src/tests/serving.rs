//! Scripts and the HTTP API.

use rust_svc::Code;

use super::*;

const SCRIPTS: &str = r#"
# The comment stays a comment.
scripts:
  - method: library.v1.Library/GetBook
    when: {by: {family: Mann}, years: [1901]}
    returns: {name: "${request.name}", title: "Buddenbrooks of ${request.by.family}", pages: 758}
  - method: library.v1.Library/GetBook
    when: {name: books/missing}
    metadata: {x-tenant: t1}
    fails: {code: NOT_FOUND, message: no such book, details: [{"@type": type.googleapis.com/library.v1.Author, family: X}]}
  - method: library.v1.Library/GetBook
    when: {name: books/flaky}
    times: 1
    fails: {code: UNAVAILABLE}
  - method: library.v1.Library/GetBook
    when: {name: books/gone}
    fault: drop-connection
  - method: library.v1.Library/GetBook
    when: {name: books/invalid}
    unchecked: true
    returns: {name: books/invalid}
  - method: library.v1.Library/WatchBooks
    stream:
      - send: {title: "one of ${request.name}"}
      - wait: 5ms
      - send: {title: two}
      - fail: {code: DATA_LOSS, message: worn}
  - method: library.v1.Library/ImportBooks
    when: {title: a}
    returns: {total_size: 1, books: [{title: "${request.title}"}]}
  - method: library.v1.Library/Discuss
    when: {title: hello}
    stream: [{send: {title: hi}}, {expect: {title: hello}}, {reply: {title: "re: ${request.title}"}}, {expect_end: true}]
  - method: library.v1.Library/Discuss
    default: true
    stream: [{reply_each: {title: "${request.title}!"}}]
"#;

#[tokio::test]
async fn scripts_respond_to_all_kinds_of_calls() {
    let it = Fixture::new(SCRIPTS).await;
    let found = it.call("GetBook", json!({"name": "books/1", "by": {"family": "Mann", "born": 1875}, "years": [1901]}));
    assert_eq!(found.await.unwrap(), json!({"name": "books/1", "title": "Buddenbrooks of Mann", "pages": 758}));
    let cx = Context::new().with_metadata("x-tenant", "t1").unwrap();
    let missing = it.call_with(cx, "GetBook", json!({"name": "books/missing"})).await.unwrap_err();
    assert_eq!((missing.code(), missing.message(), missing.details().len()), (Code::NotFound, "no such book", 1));
    let flaky = it.call("GetBook", json!({"name": "books/flaky"})).await.unwrap_err();
    assert_eq!(flaky.code(), Code::Unavailable);
    assert_eq!(it.call("GetBook", json!({"name": "books/gone"})).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(it.call("GetBook", json!({"name": "books/invalid"})).await.unwrap(), json!({"name": "books/invalid"}));
    let watched = it.watch(json!({"name": "x"})).await.unwrap_err();
    assert_eq!((watched.code(), watched.message()), (Code::DataLoss, "worn"));
    let imported = it.exchange("ImportBooks", vec![book("a"), book("b")]).await.unwrap();
    assert_eq!(imported, [json!({"books": [{"title": "a"}], "total_size": 1})]);
    let greeted = it.exchange("Discuss", vec![book("hello"), book("more")]).await.unwrap();
    assert_eq!(greeted, [book("hi"), book("re: more")]);
    assert_eq!(it.exchange("Discuss", vec![book("a"), book("b")]).await.unwrap(), [book("a!"), book("b!")]);
    assert_eq!(it.fake.failures(), [""; 0]);
}

#[tokio::test]
async fn the_contract_is_checked() {
    let it = Fixture::new("- {method: library.v1.Library/GetBook, returns: {name: x}}").await;
    let error = it.call("CreateBook", json!({"book": {"name": "x"}})).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::InvalidArgument, "book.title: is required"));
    assert_eq!(it.call("GetBook", json!({})).await.unwrap_err().code(), Code::Internal);
    let failures = it.fake.failures();
    assert!(failures[0].contains("its request violates the contract"), "{failures:?}");
    assert!(failures[1].contains("scripts.yaml:1 violates the contract: title: is required"), "{failures:?}");
}

#[tokio::test]
async fn the_api_adds_scripts_and_shows_and_explains_calls() {
    let it = Fixture::new("").await;
    let added = it.http(
        "POST",
        "/fake/scripts",
        r#"{"method":"library.v1.Library/WatchBooks","when":{"name":"a"},"times":1,"returns":[{"title":"one"}]}"#,
    );
    assert_eq!(added.await, (200, json!({"added": ["api#1:1"]})));
    let (status, unused) = it.http("GET", "/fake/verify", "").await;
    assert_eq!((status, unused["ok"].clone()), (409, json!(false)));
    let call = r#"{"method":"library.v1.Library/WatchBooks","request":{"name":"b"}}"#;
    let (_, explained) = it.http("POST", "/fake/explain", call).await;
    let text = explained["explanation"].as_str().unwrap();
    assert!(
        text.contains("no script responds to it") && text.contains(r#"api#1:1: name: expected "a", got "b""#),
        "{text}"
    );
    let (_, explained) = it.http("POST", "/fake/explain", &call.replace("\"b\"", "\"a\"")).await;
    assert!(explained["explanation"].as_str().unwrap().ends_with("the script at api#1:1 responds to it"));
    assert_eq!(it.watch(json!({"name": "a"})).await.unwrap(), [book("one")]);
    assert_eq!(it.http("GET", "/fake/verify", "").await.0, 200);
    let (_, calls) = it.http("GET", "/fake/calls?method=library.v1.Library/WatchBooks", "").await;
    let call = &calls["calls"][0];
    assert_eq!((&call["requests"], &call["responses"]), (&json!([{"name": "a"}]), &json!([{"title": "one"}])));
    assert_eq!((&call["outcome"], &call["attempt"]), (&json!("ok"), &json!(1)));
    assert_eq!(it.watch(json!({"name": "a"})).await.unwrap_err().code(), Code::Unimplemented);
    let (status, failed) = it.http("GET", "/fake/verify", "").await;
    assert!(status == 409 && failed["failures"][0].as_str().unwrap().contains("used up   api#1:1"), "{failed}");
    assert_eq!(it.http("POST", "/fake/reset", "").await.0, 200);
    assert_eq!(it.http("GET", "/fake/scripts", "").await.1, json!({"scripts": []}));
    assert_eq!(it.http("GET", "/fake/calls", "").await.1, json!({"calls": []}));
}

#[tokio::test]
async fn bad_requests_to_the_api_are_explained() {
    let it = Fixture::new("").await;
    let cases = [
        ("{", "api#1:"),
        ("- {method: library.v1.Library/Nothing, hangs: true}", "unknown method `library.v1.Library/Nothing`"),
        ("- {method: library.v1.Library/GetBook, returns: {titel: x}}", "titel"),
        ("- {method: library.v1.Library/GetBook, when: {years: x}, hangs: true}", "library.v1.GetBookRequest"),
        ("- {method: library.v1.Library/GetBook}", "one of `returns`, `fails`"),
        ("- {method: library.v1.Library/GetBook, fails: {code: GONE}}", "unknown code `GONE`"),
        ("- {method: library.v1.Library/GetBook, hangs: true, delay: soon}", "invalid duration `soon`"),
        ("- {method: library.v1.Library/GetBook, hangs: true, wen: {}}", "unknown field `wen`"),
    ];
    for (body, expected) in cases {
        let (status, answer) = it.http("POST", "/fake/scripts", body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["error"].as_str().unwrap().contains(expected), "{body}: {answer}");
    }
    let (status, _) = it.http("POST", "/fake/explain", "{}").await;
    assert_eq!(status, 400);
}
