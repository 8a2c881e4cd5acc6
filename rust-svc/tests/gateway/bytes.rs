//! `google.api.HttpBody`: bytes with their content type, not JSON.

use std::sync::Arc;

use axum::{Router, body::Body, http::Request};
use futures::stream;
use http_body_util::BodyExt;
use rust_svc as svc;
use rust_svc::{Error, Gateway, Method, Streaming, route};
use tower::ServiceExt;

use crate::stock::wire_types;

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

wire_types!(HttpBody, File);

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
        .unary(WRAP, route::post("/v1/forms/{name}").body("content"), |(), cx, request: File| {
            let disposition = cx.metadata().get("content-disposition").unwrap_or_default().to_owned();
            Box::pin(async move { Ok(File { name: format!("{}{disposition}", request.name), ..request }) })
        })
        .unary(WRAP, route::post("/v1/forms").body("*"), |(), _, request: File| Box::pin(async { Ok(request) }))
        .unary(ECHO, route::get("/v1/ranges"), |(), cx, _: HttpBody| {
            Box::pin(async move {
                cx.set_header("etag", "\"v1\"")?;
                cx.set_header("last-modified", "Tue, 15 Nov 1994 12:45:26 GMT")?;
                cx.set_header("content-disposition", "attachment; filename=\"digits.txt\"")?;
                Ok(chunk("text/plain", "0123456789"))
            })
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

/// Returns the status, some headers and the body of a response to a request for a part of ten bytes.
async fn part(headers: &[(&'static str, &'static str)]) -> (u16, String, String) {
    let mut asked = request("GET", "/v1/ranges", "", "");
    for (name, value) in headers {
        asked.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let response = router().oneshot(asked).await.expect("infallible");
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
    assert_eq!(header("content-disposition").as_deref(), Some("attachment; filename=\"digits.txt\""));
    let (status, range) = (response.status().as_u16(), header("content-range").unwrap_or_default());
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, range, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn a_range_of_bytes_is_a_partial_response() {
    const DATE: &str = "Tue, 15 Nov 1994 12:45:26 GMT";
    for (headers, status, range, body) in [
        (&[][..], 200, "", "0123456789"),
        (&[("range", "bytes=2-4")], 206, "bytes 2-4/10", "234"),
        (&[("range", "bytes=-2")], 206, "bytes 8-9/10", "89"),
        (&[("range", "bytes=8-")], 206, "bytes 8-9/10", "89"),
        (&[("range", "bytes=10-")], 416, "bytes */10", ""),
        (&[("range", "bytes=0-1,5-6")], 200, "", "0123456789"),
        (&[("range", "bytes=0-1"), ("if-range", "\"v1\"")], 206, "bytes 0-1/10", "01"),
        (&[("range", "bytes=0-1"), ("if-range", "\"v2\"")], 200, "", "0123456789"),
        (&[("range", "bytes=0-1"), ("if-range", "W/\"v1\"")], 200, "", "0123456789"),
        (&[("range", "bytes=0-1"), ("if-range", DATE)], 206, "bytes 0-1/10", "01"),
        (&[("range", "bytes=0-1"), ("if-none-match", "\"v1\"")], 304, "", ""),
        (&[("if-modified-since", DATE)], 304, "", ""),
    ] {
        assert_eq!(part(headers).await, (status, range.into(), body.into()), "{headers:?}");
    }
    let mut head = request("HEAD", "/v1/ranges", "", "");
    head.headers_mut().insert("range", "bytes=0-1".parse().expect("a header"));
    assert_eq!(send(head).await.0, 200, "a range is one of GET");
}

#[cfg(feature = "multipart")]
fn form(path: &str, parts: &[(&str, &str, &str)]) -> Request<Body> {
    let part = |(disposition, kind, data): &(&str, &str, &str)| {
        let kind = if kind.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
        format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n{kind}\r\n{data}\r\n")
    };
    let text = parts.iter().map(part).collect::<String>() + "--x--\r\n";
    request("POST", path, "multipart/form-data; boundary=x", text)
}

#[cfg(feature = "multipart")]
async fn send_form(path: &str, parts: &[(&str, &str, &str)]) -> (u16, String) {
    let (status, _, body) = send(form(path, parts)).await;
    (status, String::from_utf8(body.expect("a body")).expect("UTF-8"))
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn a_file_of_a_form_is_the_body() {
    const FILE: (&str, &str, &str) = ("name=\"any\"; filename=\"a.png\"", "image/png", "\u{1}b");
    let expected = r#"{"name":"n","content":{"contentType":"image/png","data":"AWI="}}"#;
    assert_eq!(send_form("/v1/forms/n", &[FILE]).await, (200, expected.into()));
    assert_eq!(send_form("/v1/bytes", &[FILE]).await, (200, "\u{1}b".into()));
    assert_eq!(send_form("/v1/forms/n", &[FILE, FILE]).await.0, 400);
    assert_eq!(send_form("/v1/forms/n", &[FILE, ("name=\"unknown\"", "", "x")]).await.0, 400);
    assert_eq!(send_form("/v1/forms", &[FILE]).await.0, 415, "forms of fields are an option");
    let mut broken = form("/v1/forms/n", &[FILE]);
    *broken.body_mut() = Body::from("--x\r\ncontent-disposition: form-data; name=\"a\"");
    assert_eq!(send(broken).await.0, 400);
    let no_boundary = request("POST", "/v1/forms/n", "multipart/form-data", "x");
    assert_eq!(send(no_boundary).await.0, 415);
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn fields_of_a_form_are_texts_and_files() {
    let mut settings = svc::gateway::GatewaySettings::default();
    settings.form_bodies = true;
    let gateway = Gateway::new(Arc::new(()))
        .unary(WRAP, route::post("/v1/forms").body("*"), |(), _, request: File| Box::pin(async { Ok(request) }));
    let router = svc::gateway::GatewayRoutes::from(gateway).with_settings(settings).into_router();
    let parts = [("name=\"content\"; filename=\"a\"", "text/css", "a{}"), ("name=\"name\"", "", "n")];
    let response = router.oneshot(form("/v1/forms", &parts)).await.expect("infallible");
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(&body[..], br#"{"name":"n","content":{"contentType":"text/css","data":"YXt9"}}"#);
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn the_files_of_a_form_are_a_stream() {
    let parts = [("name=\"a\"; filename=\"a\"", "text/a", "ab"), ("name=\"b\"; filename=\"b\"", "text/b", "c")];
    let expected = r#"{"name":"text/a=[97, 98];text/b=[99];"}"#;
    assert_eq!(send_form("/v1/write", &parts).await, (200, expected.into()));
    assert_eq!(send_form("/v1/write", &[("name=\"a\"", "", "text")]).await.0, 400);
    let large = "y".repeat(6 << 20);
    let (status, body) = send_form("/v1/write", &[("name=\"a\"; filename=\"a\"", "text/a", &large)]).await;
    assert_eq!((status, body.matches("121").count()), (200, 6 << 20), "a stream is not limited as a whole");
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn headers_of_a_form_are_bounded() {
    let endless = "content-x: y\r\n".repeat(600_000);
    let chunks = std::iter::once("--x\r\n".to_owned())
        .chain(endless.as_bytes().chunks(60_000).map(|chunk| String::from_utf8(chunk.to_vec()).expect("ASCII")));
    let chunks: Vec<_> = chunks.map(Ok::<_, std::convert::Infallible>).collect();
    let body = Body::from_stream(stream::iter(chunks));
    let (status, _, body) = send(request("POST", "/v1/write", "multipart/form-data; boundary=x", body)).await;
    let text = String::from_utf8(body.expect("a body")).expect("UTF-8");
    assert!(status == 400 && text.contains("too much between its files"), "{status} {text}");
}

#[tokio::test]
async fn the_name_of_an_uploaded_file_is_metadata() {
    let mut upload = request("POST", "/v1/forms/n", "text/x", "x");
    upload.headers_mut().insert("content-disposition", "attachment; filename=a".parse().expect("a header"));
    let (_, _, body) = send(upload).await;
    let body = String::from_utf8(body.expect("a body")).expect("UTF-8");
    assert!(body.starts_with(r#"{"name":"nattachment; filename=a""#), "{body}");
}
