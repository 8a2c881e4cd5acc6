//! Refusing requests that are not gRPC, before they reach a method.

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

use super::response_body::ResponseBody;
use crate::grpc::content_type::{self, GRPC_PROTO};

/// Returns the HTTP response to a request that is not gRPC: 405 unless its method is POST, 415 unless it has exactly one
/// content type, `application/grpc` or `application/grpc+proto`.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<Response<ResponseBody>> {
    if request.method() != Method::POST {
        return Some(response(StatusCode::METHOD_NOT_ALLOWED, Some((header::ALLOW, HeaderValue::from_static("POST")))));
    }
    let content_type = content_type::single(request.headers());
    let is_grpc = content_type.is_some_and(|content_type| content_type::is_one_of(content_type, GRPC_PROTO));
    (!is_grpc).then(|| response(StatusCode::UNSUPPORTED_MEDIA_TYPE, None))
}

fn response(status: StatusCode, header: Option<(HeaderName, HeaderValue)>) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = status;
    response.headers_mut().extend(header);
    response
}

#[cfg(test)]
mod tests {
    use super::refusal;

    fn check(method: &str, content_type: Option<&str>) -> Option<u16> {
        let mut request = http::Request::builder().method(method).uri("/a.B/C");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        refusal(&request.body(()).expect("a request")).map(|response| response.status().as_u16())
    }

    #[test]
    fn methods_and_content_types_are_checked() {
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
