//! Resources with standard methods.

use rust_svc::Code;

use super::*;

const SEED: &str = r#"
resources:
  - service: library.v1.Library
    seed:
      - {name: shelves/1/books/a, title: A}
      - {name: shelves/1/books/b, title: B}
      - {name: shelves/2/books/c, title: C}
"#;

#[tokio::test]
async fn resources_are_created_read_changed_and_deleted() {
    let it = Fixture::new(SEED).await;
    let created = it.call("CreateBook", json!({"parent": "shelves/1", "book_id": "d", "book": {"title": "D"}})).await;
    let created = created.unwrap();
    assert_eq!((&created["name"], &created["title"]), (&json!("shelves/1/books/d"), &json!("D")));
    let again = it.call("CreateBook", json!({"parent": "shelves/1", "book_id": "d", "book": {"title": "D"}})).await;
    assert_eq!(again.unwrap_err().code(), Code::AlreadyExists);
    let name = json!({"name": "shelves/1/books/d"});
    assert_eq!(it.call("GetBook", name.clone()).await.unwrap(), created);

    let book = json!({"name": name["name"], "title": "E", "pages": 7, "etag": created["etag"]});
    let updated = it.call("UpdateBook", json!({"book": book, "update_mask": "pages"})).await.unwrap();
    assert_eq!((&updated["title"], &updated["pages"]), (&json!("D"), &json!(7)));
    assert_ne!(updated["etag"], created["etag"]);
    let stale = it.call("UpdateBook", json!({"book": book, "update_mask": "pages"})).await.unwrap_err();
    assert_eq!(stale.code(), Code::Aborted);
    let wrong = json!({"book": {"name": name["name"], "title": "E"}, "update_mask": "colour"});
    assert_eq!(it.call("UpdateBook", wrong).await.unwrap_err().code(), Code::InvalidArgument);
    let none = json!({"book": {"name": "shelves/1/books/z", "title": "Z"}});
    assert_eq!(it.call("UpdateBook", none).await.unwrap_err().code(), Code::NotFound);

    let stale = json!({"name": name["name"], "etag": created["etag"]});
    assert_eq!(it.call("DeleteBook", stale).await.unwrap_err().code(), Code::Aborted);
    it.call("DeleteBook", name.clone()).await.unwrap();
    assert_eq!(it.call("GetBook", name.clone()).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(it.call("DeleteBook", name).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn lists_have_pages() {
    let it = Fixture::new(SEED).await;
    let list = async |json: Value| it.call("ListBooks", json).await;
    let first = list(json!({"parent": "shelves/1", "page_size": 1})).await.unwrap();
    assert_eq!((&first["books"][0]["title"], &first["total_size"]), (&json!("A"), &json!(2)));
    let token = &first["next_page_token"];
    let second = list(json!({"parent": "shelves/1", "page_size": 1, "page_token": token})).await.unwrap();
    assert_eq!((&second["books"][0]["title"], &second["next_page_token"]), (&json!("B"), &Value::Null));
    assert_eq!(list(json!({"parent": "shelves/-"})).await.unwrap()["books"].as_array().unwrap().len(), 3);
    let other = list(json!({"parent": "shelves/2", "page_token": token})).await.unwrap_err();
    assert_eq!(other.code(), Code::InvalidArgument);
    assert_eq!(list(json!({"page_size": -1})).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(list(json!({"filter": "title=A"})).await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn scripts_precede_resources_and_a_reset_restores_the_seed() {
    let it = Fixture::new(SEED).await;
    it.call("DeleteBook", json!({"name": "shelves/1/books/a"})).await.unwrap();
    let script = "- {method: library.v1.Library/GetBook, when: {name: shelves/1/books/b}, fails: {code: ABORTED}}";
    it.http("POST", "/fake/scripts", script).await;
    assert_eq!(it.call("GetBook", json!({"name": "shelves/1/books/b"})).await.unwrap_err().code(), Code::Aborted);
    it.http("POST", "/fake/reset", "").await;
    assert_eq!(it.call("GetBook", json!({"name": "shelves/1/books/a"})).await.unwrap()["title"], "A");
    assert_eq!(it.call("GetBook", json!({"name": "shelves/1/books/b"})).await.unwrap()["title"], "B");
}
