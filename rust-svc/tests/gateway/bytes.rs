//! `google.api.HttpBody`: bytes with their content type, not JSON.

use std::sync::Arc;

use axum::{Router, body::Body, http::Request};
use futures::stream;
use http_body_util::BodyExt;
use rust_svc as svc;
use rust_svc::{Error, Gateway, Message, Method, Streaming, Violations, route};
use tower::ServiceExt;

const ECHO: Method = Method::unary("/files.v1.FileService/Echo");
const WRAP: Method = Method::unary("/files.v1.FileService/Wrap");
const READ: Method = Method::server_streaming("/files.v1.FileService/Read");
const WRITE: Method = Method::client_streaming("/files.v1.FileService/Write");

#[derive(Clone, PartialEq, svc::prost::Message)]
struct HttpBody {
    #[prost(string, tag = "1")]
    content_type: String,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    extensions: Vec<svc::wkt::Any>,
}

#[derive(Clone, PartialEq, svc::prost::Message)]
struct File {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    content: Option<HttpBody>,
}

impl svc::json::JsonMessage for HttpBody {
    const NAME: &'static str = "google.api.HttpBody";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("content_type", "contentType", &self.content_type);
        out.field("data", "data", &self.data);
        out.field("extensions", "extensions", &self.extensions);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "content_type" | "contentType" => field.read("content_type", &mut self.content_type),
            "data" => field.read("data", &mut self.data),
            "extensions" => field.read("extensions", &mut self.extensions),
            _ => field.unknown(name),
        }
    }
}

impl svc::json::JsonMessage for File {
    const NAME: &'static str = "files.v1.File";

    fn write(&self, out: &mut svc::json::Writer) {
        out.field("name", "name", &self.name);
        out.field("content", "content", &self.content);
    }

    fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
        match name {
            "name" => field.read("name", &mut self.name),
            "content" => field.read("content", &mut self.content),
            _ => field.unknown(name),
        }
    }
}

macro_rules! messages {
    ($($message:ty),*) => {$(
        impl Message for $message {
            const NAME: &'static str = <$message as svc::json::JsonMessage>::NAME;
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

messages!(HttpBody, File);

fn chunk(content_type: &str, data: &str) -> HttpBody {
    HttpBody { content_type: content_type.into(), data: data.into(), ..HttpBody::default() }
}

fn router() -> Router {
    Gateway::new(Arc::new(()))
        .unary(ECHO, route::post("/v1/bytes").body("*"), |(), _, request: HttpBody| Box::pin(async { Ok(request) }))
        .unary(WRAP, route::put("/v1/files/{name}").body("content"), |(), _, request: File| {
            Box::pin(async { Ok(request) })
        })
        .unary(WRAP, route::get("/v1/files/{name}").response_body("content"), |(), _, request: File| {
            let content = Some(chunk("text/css", &request.name)).filter(|content| content.data != b"none");
            Box::pin(async { Ok(File { content, ..request }) })
        })
        .server_streaming(READ, route::get("/v1/read/{name}"), |(), _, request: File| {
            let last = (request.name == "broken").then(|| Err(Error::aborted("torn")));
            let chunks = [Ok(chunk("image/png", "ab")), Ok(chunk("", "cd"))].into_iter().chain(last);
            let chunks =
                if request.name == "empty" { Streaming::empty() } else { Streaming::new(stream::iter(chunks)) };
            let refused = (request.name == "refused").then(|| Streaming::failed(Error::permission_denied("no")));
            Box::pin(async { Ok(refused.unwrap_or(chunks)) })
        })
        .client_streaming(WRITE, route::post("/v1/write").body("*"), |(), _, requests: Streaming<HttpBody>| {
            Box::pin(async move {
                let chunks = requests.collect().await?;
                let text = |chunk: &HttpBody| format!("{}={:?};", chunk.content_type, chunk.data);
                Ok(File { name: chunks.iter().map(text).collect(), content: None })
            })
        })
        .into_router()
}

/// Returns the status, the content type and the body of a response; `None` if the body breaks off.
async fn send(request: Request<Body>) -> (u16, String, Option<Vec<u8>>) {
    let response = router().oneshot(request).await.expect("infallible");
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().expect("ASCII").to_owned());
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.ok().map(|body| body.to_bytes().to_vec());
    (status, kind.unwrap_or_default(), body)
}

fn request(method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    request.body(body.into()).expect("a request")
}

#[tokio::test]
async fn bytes_are_sent_and_returned_with_their_type() {
    let bytes = vec![0, 255, b'"', b'\n'];
    let response = send(request("POST", "/v1/bytes", "image/png", bytes.clone())).await;
    assert_eq!(response, (200, "image/png".into(), Some(bytes)));
    let response = send(request("POST", "/v1/bytes", "", "x")).await;
    assert_eq!(response, (200, "application/octet-stream".into(), Some(b"x".to_vec())));
    let response = send(request("POST", "/v1/bytes", "", "")).await;
    assert_eq!(response, (200, "application/octet-stream".into(), Some(Vec::new())));
}

#[tokio::test]
async fn bytes_may_be_one_field() {
    for (kind, body, json) in [
        ("text/css", "a{}", r#"{"name":"n","content":{"contentType":"text/css","data":"YXt9"}}"#),
        ("text/css", "", r#"{"name":"n","content":{"contentType":"text/css"}}"#),
        ("", "", r#"{"name":"n","content":{}}"#),
    ] {
        let (status, found, body) = send(request("PUT", "/v1/files/n", kind, body)).await;
        assert_eq!((status, &*found), (200, "application/json"));
        assert_eq!(String::from_utf8(body.expect("a body")).expect("UTF-8"), json);
    }
    let response = send(request("GET", "/v1/files/body%7B%7D", "", "")).await;
    assert_eq!(response, (200, "text/css".into(), Some(b"body{}".to_vec())));
    let response = send(request("GET", "/v1/files/none", "", "")).await;
    assert_eq!(response, (200, "application/octet-stream".into(), Some(Vec::new())));
}

#[tokio::test]
async fn a_stream_of_bytes_has_the_type_of_its_first_chunk() {
    let get = |name: &str| send(request("GET", &format!("/v1/read/{name}"), "", ""));
    assert_eq!(get("x").await, (200, "image/png".into(), Some(b"abcd".to_vec())));
    assert_eq!(get("broken").await, (200, "image/png".into(), None));
    assert_eq!(get("refused").await.0, 403);
    assert_eq!(get("empty").await.2, Some(Vec::new()));
    let mut with_accept = request("GET", "/v1/read/x", "", "");
    with_accept.headers_mut().insert("accept", "image/*".parse().expect("a header"));
    assert_eq!(send(with_accept).await.0, 200);
}

#[tokio::test]
async fn an_upload_of_bytes_is_a_message_for_each_chunk() {
    let chunks = ["ab", "c"].map(Ok::<_, std::convert::Infallible>);
    let body = Body::from_stream(stream::iter(chunks));
    let (status, _, body) = send(request("POST", "/v1/write", "text/x", body)).await;
    let expected = br#"{"name":"text/x=[97, 98];text/x=[99];"}"#;
    assert_eq!((status, body), (200, Some(expected.to_vec())));
}

#[tokio::test]
async fn bytes_are_limited_and_not_compressed() {
    assert_eq!(send(request("POST", "/v1/bytes", "text/x", vec![0; 5 << 20])).await.0, 413);
    let mut compressed = request("POST", "/v1/bytes", "text/x", "x");
    compressed.headers_mut().insert("content-encoding", "gzip".parse().expect("a header"));
    assert_eq!(send(compressed).await.0, 415);
}
