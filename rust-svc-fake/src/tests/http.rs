//! Routes of `google.api.http`.

use super::*;

const SCRIPTS: &str = r#"
- {method: library.v1.Library/GetBook, when: {name: books/gone}, fails: {code: NOT_FOUND, message: gone}}
- method: library.v1.Library/GetBook
  when: {by: {family: Mann, born: 1875}, years: [1901, 1924], is_lent: true, genre: GENRE_NOVEL, counts: {a: 2}}
  returns: {name: "${request.name}", title: found, pages: 758, genre: GENRE_NOVEL, is_lent: true}
- {method: library.v1.Library/GetBook, default: true, returns: {title: "of ${request.name}"}}
- {method: library.v1.Library/UpdateBook, returns: {title: "${request.update_mask} of ${request.book.name}"}}
- {method: library.v1.Library/ReadBook, returns: {content_type: text/plain, data: aGVsbG8=}}
- {method: library.v1.Library/WatchBooks, stream: [{send: {title: one}}, {send: {title: two}}, {fail: {code: DATA_LOSS}}]}
- {method: library.v1.Library/ImportBooks, returns: {total_size: 2, books: [{title: "${request.title}"}]}}
- {method: library.v1.Library/Discuss, stream: [{reply_each: {title: "${request.title}!"}}]}
"#;

#[tokio::test]
async fn path_and_query_set_fields_of_all_types() {
    let it = Fixture::new(SCRIPTS).await;
    let query = "by.family=Mann&by.born=1875&years=1901&years=1924&isLent=true&genre=1&counts[a]=2";
    let (status, book) = it.http("GET", &format!("/v1/books/7?{query}"), "").await;
    let expected = json!({"name": "books/7", "title": "found", "pages": "758", "genre": "GENRE_NOVEL", "isLent": true});
    assert_eq!((status, book), (200, expected));
    assert_eq!(it.http("GET", "/v1/title/x", "").await, (200, json!("of x")));
    let (status, error) = it.http("GET", "/v1/books/gone", "").await;
    assert_eq!((status, &error["message"]), (404, &json!("gone")), "{error}");
    assert_eq!(it.fake.failures(), [""; 0]);
}

#[tokio::test]
async fn invalid_requests_are_refused_with_their_field() {
    let it = Fixture::new(SCRIPTS).await;
    let cases = [
        ("isLent=1", "is_lent: must be true or false"),
        ("nothing=1", "nothing: is not a field of the request"),
        ("by=x", "by: is a message: name one of its fields"),
        ("by.first=x", "by.first: is not a field of the request"),
        ("counts=1", "counts: is a map: name one of its keys"),
        ("by.born=1&by.born=2", "by.born: is given more than once"),
        ("years=x", "library.v1.GetBookRequest"),
    ];
    for (query, expected) in cases {
        let (status, error) = it.http("GET", &format!("/v1/books/1?{query}"), "").await;
        assert!(status == 400 && error["message"].as_str().unwrap().contains(expected), "{query}: {error}");
    }
    let (status, error) = it.http("POST", "/v1/shelves/1/books", "{\"name\": 7}").await;
    assert_eq!(status, 400, "{error}");
    let (status, error) = it.http("POST", "/v1/shelves/1/books", "{}").await;
    assert_eq!((status, &error["message"]), (400, &json!("book.title: is required")), "{error}");
    assert_eq!(it.http("GET", "/v1/nothing", "").await.0, 404);
    assert_eq!(it.http("PUT", "/v1/books/1", "").await.0, 405);
}

#[tokio::test]
async fn bodies_are_fields_and_update_masks() {
    let it = Fixture::new(SCRIPTS).await;
    let body = r#"{"title": "T", "isLent": true, "labels": {"a": "b"}}"#;
    let (status, updated) = it.http("PATCH", "/v1/books/9", body).await;
    assert_eq!((status, updated["title"].clone()), (200, json!("isLent,labels,title of books/9")), "{updated}");
    let (status, updated) = it.http("PATCH", "/v1/books/9?update_mask=is_lent", body).await;
    assert_eq!((status, updated["title"].clone()), (200, json!("isLent of books/9")), "{updated}");
    assert_eq!(it.http_text("GET", "/v1/books/9:read", "").await, (200, "hello".to_owned()));
}

#[tokio::test]
async fn streams_are_lines_of_json() {
    let it = Fixture::new(SCRIPTS).await;
    let (status, lines) = it.http_text("GET", "/v1/books:watch", "").await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, &lines[..2]), (200, &[book("one"), book("two")][..]));
    assert_eq!(lines[2]["error"]["code"], json!(15), "{lines:?}");
    let books = "{\"title\": \"a\"}\n{\"title\": \"b\"}";
    let (status, imported) = it.http("POST", "/v1/books:import", books).await;
    assert_eq!((status, imported), (200, json!({"books": [{"title": "a"}], "totalSize": 2})));
    let (status, discussed) = it.http_text("REPORT", "/v1/books:discuss", books).await;
    assert_eq!((status, &*discussed), (200, "{\"title\":\"a!\"}\n{\"title\":\"b!\"}\n"));
}

#[tokio::test]
async fn conflicting_routes_are_an_error_at_the_start() {
    let folder = TempDir::new().unwrap();
    let config = FakeConfig {
        descriptors: descriptors(&PROTO.replace("/v1/{name=books/*}:read", "/v1/title/{name}")),
        ..config(folder.path())
    };
    let error = start(config).await.unwrap_err();
    assert!(error.starts_with("error: ") && error.contains("/v1/title/{name}"), "{error}");
}
