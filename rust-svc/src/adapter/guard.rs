//! What is not a gRPC request is refused before it reaches a method.

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::ResponseBody;
use crate::grpc::metadata;

const SPOKEN: [&str; 2] = ["application/grpc", "application/grpc+proto"];

/// The answer in the language of HTTP to a request that is none of gRPC's: 405 for another verb than POST, 415 for
/// another content type than `application/grpc` or `application/grpc+proto`, or several.
pub(super) fn refusal<B>(request: &http::Request<B>) -> Option<Response<ResponseBody>> {
    if request.method() != Method::POST {
        return Some(answer(StatusCode::METHOD_NOT_ALLOWED, Some((header::ALLOW, HeaderValue::from_static("POST")))));
    }
    let mut values = metadata::all(request.headers(), &header::CONTENT_TYPE);
    let (value, another) = (values.next(), values.next());
    let spoken =
        another.is_none() && value.and_then(media_type).is_some_and(|media_type| is_one_of(media_type, SPOKEN));
    (!spoken).then(|| answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, None))
}

/// True if the content type is one of gRPC's, whether served or not.
#[cfg(feature = "server")]
pub(crate) fn says_grpc(headers: &http::HeaderMap) -> bool {
    says(headers, SPOKEN[0])
}

/// True if the content type begins like this.
#[cfg(feature = "server")]
pub(super) fn says(headers: &http::HeaderMap, prefix: &str) -> bool {
    let beginning = content_type(headers).and_then(|content_type| content_type.get(..prefix.len()));
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}

/// The content type without its parameters.
#[cfg(feature = "server")]
pub(super) fn content_type(headers: &http::HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(media_type)
}

/// Media types are the same in any case (RFC 9110, section 8.3.1).
pub(super) fn is_one_of(media_type: &str, known: [&str; 2]) -> bool {
    known.iter().any(|known| media_type.eq_ignore_ascii_case(known))
}

fn media_type(content_type: &HeaderValue) -> Option<&str> {
    match content_type {
        // Nearly all say it like this.
        value if value == SPOKEN[0] => Some(SPOKEN[0]),
        value => value.to_str().ok()?.split(';').next().map(str::trim_end),
    }
}

fn answer(status: StatusCode, header: Option<(header::HeaderName, HeaderValue)>) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = status;
    response.headers_mut().extend(header);
    response
}

#[cfg(test)]
mod tests {
    use super::refusal;

    fn check(verb: &str, content_type: Option<&str>) -> Option<u16> {
        let mut request = http::Request::builder().method(verb).uri("/a.B/C");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        refusal(&request.body(()).expect("a request")).map(|response| response.status().as_u16())
    }

    #[test]
    fn verbs_and_content_types() {
        for content_type in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc;v=1",
            "application/grpc+proto ; a",
            "application/GRPC",
            "Application/gRPC+Proto; a",
        ] {
            assert_eq!(check("POST", Some(content_type)), None, "{content_type}");
            assert_eq!(check("GET", Some(content_type)), Some(405));
            assert_eq!(check("PUT", Some(content_type)), Some(405));
        }
        for content_type in
            ["application/json", "application/grpc-web", "application/grpc+json", "application/grpcx", "GRPC", ""]
        {
            assert_eq!(check("POST", Some(content_type)), Some(415), "{content_type}");
        }
        assert_eq!(check("POST", None), Some(415));
    }
}
