//! The head of a response.

use http::{HeaderMap, StatusCode, header::CONTENT_TYPE, response::Parts};

use super::{
    message_decoder::MessageDecoder,
    status::{code_of_http, pushback},
};
use crate::{
    Code, Error, Metadata, Method,
    client::{
        policy::{AttemptFailure, Cause},
        transport::IncomingBody,
    },
    grpc::{compression::Encoding, metadata, status},
};

/// The content types of gRPC with protobuf messages.
const CONTENT_TYPES: [&str; 2] = ["application/grpc", "application/grpc+proto"];

/// Parses the head of a response into its headers and messages.
pub(super) fn parse_response(
    method: &Method,
    response: http::Response<IncomingBody>,
    limit: usize,
) -> Result<(Metadata, MessageDecoder), AttemptFailure> {
    let (parts, body) = response.into_parts();
    if body.is_end() {
        return trailers_only(method, &parts)
            .map(|trailers| (Metadata::new(), MessageDecoder::finished(method, trailers)));
    }
    if parts.status != StatusCode::OK {
        return Err(not_grpc(method, parts.status));
    }
    check_content_type(method, &parts.headers)?;
    let encoding = encoding(method, &parts.headers)?;
    // A status in headers that are not the end is ignored: the one in the trailers counts.
    Ok((metadata::from_headers(&parts.headers), MessageDecoder::new(method, body, encoding, limit)))
}

/// Parses a trailers-only response.
fn trailers_only(method: &Method, parts: &Parts) -> Result<Metadata, AttemptFailure> {
    match status::from_headers(&parts.headers) {
        Some(Err(error)) => {
            Err(AttemptFailure { pushback: pushback(&parts.headers), ..AttemptFailure::new(Cause::Peer, error) })
        }
        Some(Ok(trailers)) if parts.status == StatusCode::OK => Ok(trailers),
        _ if parts.status != StatusCode::OK => Err(not_grpc(method, parts.status)),
        _ => {
            check_content_type(method, &parts.headers)?;
            Err(failure(method, Code::Internal, "ended its answer without a status"))
        }
    }
}

fn check_content_type(method: &Method, headers: &HeaderMap) -> Result<(), AttemptFailure> {
    let value = metadata::first(headers, &CONTENT_TYPE);
    // Nearly all servers send exactly this.
    if value.is_some_and(|value| value == CONTENT_TYPES[0]) {
        return Ok(());
    }
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or("none");
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if CONTENT_TYPES.iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    match media_type.to_ascii_lowercase().as_str() {
        other if other.starts_with("application/grpc") => {
            Err(failure(method, Code::Internal, &format!("answered in `{other}`, which is not protobuf")))
        }
        other => Err(failure(method, Code::Unknown, &format!("answered in `{other}`, which is not gRPC"))),
    }
}

fn encoding(method: &Method, headers: &HeaderMap) -> Result<Encoding, AttemptFailure> {
    let unknown = |name| failure(method, Code::Internal, &format!("compressed its answer with `{name}`, not gzip"));
    Encoding::from_headers(headers).map_err(unknown)
}

fn not_grpc(method: &Method, status: StatusCode) -> AttemptFailure {
    let what = format!("answered with HTTP status {} and without a gRPC status", status.as_u16());
    // A proxy may answer for a server that executed the call.
    AttemptFailure { cause: Cause::Broken, ..failure(method, code_of_http(status), &what) }
}

fn failure(method: &Method, code: Code, what: &str) -> AttemptFailure {
    AttemptFailure::new(Cause::Peer, Error::new(code, format!("{} {what}", method.full_name())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::Body;
    use bytes::Bytes;
    use http_body_util::Full;

    const GET: Method = Method::unary("/test.v1.Test/Get");

    fn response(status: u16, headers: &[(&str, &str)], body: Body) -> http::Response<IncomingBody> {
        let builder = http::Response::builder().status(status);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(IncomingBody::InProcess(body)).expect("a response")
    }

    fn full() -> Body {
        Body::new(Full::new(Bytes::from_static(b"body")))
    }

    fn error(response: http::Response<IncomingBody>) -> (Code, String) {
        let failure = parse_response(&GET, response, 100).map(|_| ()).expect_err("a failure");
        assert!(!failure.committed);
        (failure.error.code(), failure.error.message().to_owned())
    }

    #[test]
    fn responses_that_are_not_grpc_fail() {
        let grpc = ("content-type", "application/grpc");
        for (status, headers, code, message) in [
            (503, vec![], Code::Unavailable, "answered with HTTP status 503 and without a gRPC status"),
            (404, vec![grpc], Code::Unimplemented, "answered with HTTP status 404 and without a gRPC status"),
            (200, vec![], Code::Unknown, "answered in `none`, which is not gRPC"),
            (200, vec![("content-type", "text/html")], Code::Unknown, "answered in `text/html`, which is not gRPC"),
            (
                200,
                vec![("content-type", "application/grpc+json")],
                Code::Internal,
                "answered in `application/grpc+json`, which is not protobuf",
            ),
            (200, vec![grpc, ("grpc-encoding", "br")], Code::Internal, "compressed its answer with `br`, not gzip"),
        ] {
            let found = error(response(status, &headers, full()));
            assert_eq!(found, (code, format!("test.v1.Test/Get {message}")));
        }
    }

    #[test]
    fn trailers_only_responses_are_errors_or_empty() {
        let not_found = [("grpc-status", "5"), ("grpc-message", "no%20such%20item")];
        assert_eq!(error(response(200, &not_found, Body::empty())), (Code::NotFound, "no such item".to_owned()));
        assert_eq!(error(response(503, &not_found, Body::empty())).0, Code::NotFound);
        assert_eq!(error(response(503, &[("grpc-status", "0")], Body::empty())).0, Code::Unavailable);
        let html = [("content-type", "text/html")];
        assert_eq!(error(response(200, &html, Body::empty())).0, Code::Unknown);
        let grpc = [("content-type", "application/grpc")];
        assert_eq!(error(response(200, &grpc, Body::empty())).0, Code::Internal);
        assert!(parse_response(&GET, response(200, &[("grpc-status", "0")], Body::empty()), 100).is_ok());
    }

    #[test]
    fn a_status_in_headers_before_messages_is_ignored() {
        let headers = [("content-type", "application/grpc; charset=x"), ("grpc-status", "5"), ("x-shard", "7")];
        let (metadata, _) =
            parse_response(&GET, response(200, &headers, full()), 100).map_err(|it| it.error).expect("an answer");
        assert_eq!(metadata.iter().count(), 1);
        assert_eq!(metadata.get("x-shard"), Some("7"));
    }
}
