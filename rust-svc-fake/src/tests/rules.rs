//! Messages that violate their contract.

use super::*;

const UPDATE: &str = "
scripts:
  - method: library.v1.Library/UpdateBook
    returns: {title: \"${request.book.name}\"}
";

#[tokio::test]
async fn an_update_needs_the_required_fields_of_its_mask() {
    let it = Fixture::new(UPDATE).await;
    let update =
        |mask: &str| it.call("UpdateBook", json!({"book": {"name": "books/1", "pages": 3}, "update_mask": mask}));
    for mask in ["pages", ""] {
        assert_eq!(update(mask).await.unwrap(), json!({"title": "books/1"}), "{mask}");
    }
    for mask in ["title", "*", "pages,title"] {
        assert_eq!(update(mask).await.unwrap_err().message(), "book.title: is required", "{mask}");
    }
}

/// The contract of a shop with rules of `buf.validate`.
#[cfg(feature = "validate")]
const RULES: &str = r#"
syntax = "proto3";
package library.v1;
import "buf/validate/validate.proto";
import "google/api/annotations.proto";

service Library {
  rpc GetBook(GetBookRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/books" body: "*" };
  }
  rpc ImportBooks(stream Book) returns (Book);
}
message GetBookRequest { string name = 1 [(buf.validate.field).string.min_len = 3]; }
message Book {
  int32 pages = 1 [(buf.validate.field).int32.gt = 0];
  repeated Book parts = 2;
}
"#;

#[cfg(feature = "validate")]
#[tokio::test]
async fn rules_of_validate_are_checked() {
    const SCRIPTS: &str = "
scripts:
  - {method: library.v1.Library/GetBook, when: {name: good}, returns: {pages: 1}}
  - {method: library.v1.Library/GetBook, when: {name: bad}, returns: {pages: 1, parts: [{pages: 0}]}}
  - {method: library.v1.Library/GetBook, when: {name: loose}, unchecked: true, returns: {pages: 0}}
  - {method: library.v1.Library/ImportBooks, returns: {pages: 1}}
";
    let it = Fixture::of(RULES, SCRIPTS).await;
    let get = |name: &str| it.call("GetBook", json!({"name": name}));
    assert_eq!(get("good").await.unwrap(), json!({"pages": 1}));
    assert_eq!(get("loose").await.unwrap(), json!({}));
    let refused = get("ab").await.unwrap_err();
    assert_eq!(refused.code(), rust_svc::Code::InvalidArgument);
    assert!(refused.message().starts_with("name: ") && refused.violations().len() == 1, "{refused:?}");
    let (status, error) = it.http("POST", "/v1/books", "{\"name\": \"ab\"}").await;
    assert_eq!((status, error["message"].as_str()), (400, Some(refused.message())), "{error}");
    let streamed = it.exchange("ImportBooks", vec![json!({"pages": 1}), json!({"pages": -1})]).await.unwrap_err();
    assert!(streamed.message().starts_with("pages: "), "{streamed:?}");
    assert_eq!(get("bad").await.unwrap_err().code(), rust_svc::Code::Internal);
    let failures = it.fake.failures();
    assert!(
        failures.iter().any(|it| it.contains("scripts.yaml:4 violates the contract: parts[0].pages: ")),
        "{failures:?}"
    );
}

#[cfg(not(feature = "validate"))]
#[tokio::test]
async fn unchecked_rules_are_known() {
    let proto = "syntax = \"proto3\"; package library.v1; import \"buf/validate/validate.proto\"; message M {} \
                 service S { rpc Get(M) returns (M); }";
    assert!(Contract::new(descriptors(proto)).unwrap().rules.skips_validate());
    assert!(!Contract::new(descriptors(PROTO)).unwrap().rules.skips_validate());
}
