//! Writes of a certain version: `If-Match` and `If-None-Match` with fields `etag` (AIP-154).

use std::sync::Arc;

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc as svc;
use rust_svc::{Context, Error, Gateway, Method, Result, route};
use tower::ServiceExt;

use crate::stock::wire_types;

const UPDATE: Method = Method::unary("/docs.v1.DocService/UpdateDoc");
const DELETE: Method = Method::unary("/docs.v1.DocService/DeleteDoc");

#[derive(Clone, PartialEq, svc::prost::Message)]
struct Doc {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    etag: String,
}

#[derive(Clone, PartialEq, svc::prost::Message)]
struct UpdateDocRequest {
    #[prost(message, optional, tag = "1")]
    doc: Option<Doc>,
}

impl svc::json::JsonMessage for Doc {
    const NAME: &'static str = "docs.v1.Doc";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("name", "name", &self.name);
        out.field("etag", "etag", &self.etag);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "name" => field.read("name", &mut self.name),
            "etag" => field.read("etag", &mut self.etag),
            _ => field.unknown(name),
        }
    }
}

impl svc::json::JsonMessage for UpdateDocRequest {
    const NAME: &'static str = "docs.v1.UpdateDocRequest";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("doc", "doc", &self.doc);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "doc" => field.read("doc", &mut self.doc),
            _ => field.unknown(name),
        }
    }
}

wire_types!(Doc, UpdateDocRequest);

/// Returns a document whose version is `v1`, unless the caller expects another.
fn write(cx: &Context, doc: Doc) -> Result<Doc> {
    if cx.metadata().get("if-none-match") == Some("*") {
        return Err(Error::already_exists("there is such a document"));
    }
    match &*doc.etag {
        "" | "v1" => Ok(doc),
        _ => Err(Error::aborted("the document has another version")),
    }
}

fn router() -> Router {
    Gateway::new(Arc::new(()))
        .unary(UPDATE, route::patch("/v1/docs/{doc.name}").body("doc"), |(), cx, request: UpdateDocRequest| {
            Box::pin(async move { write(&cx, request.doc.unwrap_or_default()) })
        })
        .unary(DELETE, route::delete("/v1/docs/{name}"), |(), cx, request: Doc| {
            Box::pin(async move { write(&cx, request) })
        })
        .unary(UPDATE, route::get("/v1/docs/{name}"), |(), _, request: Doc| {
            Box::pin(async { Ok(Doc { etag: "v1".into(), ..request }) })
        })
        .into_router()
}

async fn send(method: &str, body: &'static str, header: &str, value: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri("/v1/docs/a").header(header, value);
    let request = request.header("content-type", "application/json").body(Body::from(body)).expect("a request");
    let response = router().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn a_write_names_the_version_that_it_expects() {
    let both = r#"{"name":"a","etag":"v1"}"#;
    for (method, body) in [("PATCH", "{}"), ("DELETE", "")] {
        assert_eq!(send(method, body, "if-match", "W/\"v1\"").await, (200, both.into()), "{method}");
        assert_eq!(send(method, body, "if-match", "*").await.0, 200, "{method}");
        let (status, error) = send(method, body, "if-match", "W/\"v2\"").await;
        assert_eq!(status, 412, "{method} {error}");
        assert!(error.contains(r#""code":10"#), "{error}");
        assert_eq!(send(method, body, "if-match", "\"v1\", \"v2\"").await.0, 400, "{method}");
        assert_eq!(send(method, body, "if-none-match", "*").await.0, 412, "{method}");
        assert_eq!(send(method, body, "x-other", "*").await.0, 200, "{method}");
    }
    assert_eq!(send("PATCH", r#"{"etag":"v2"}"#, "x-other", "").await.0, 409, "without a condition the code decides");
    assert_eq!(send("PATCH", r#"{"etag":"v2"}"#, "if-match", "W/\"v1\"").await.0, 400, "the body says otherwise");
}

#[tokio::test]
async fn a_read_of_another_version_fails() {
    assert_eq!(send("GET", "", "if-match", "W/\"v1\"").await.0, 200);
    assert_eq!(send("GET", "", "if-match", "W/\"v2\"").await.0, 412);
    assert_eq!(send("GET", "", "if-none-match", "W/\"v1\"").await.0, 304);
}
