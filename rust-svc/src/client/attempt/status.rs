//! The parts of a response head that decide about its failure.

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::{Code, error::Pushback, grpc::header};

/// Reads the server's instruction about retries.
pub(super) fn pushback(headers: &HeaderMap) -> Pushback {
    Pushback::parse(headers.get_all(header::RETRY_PUSHBACK).into_iter().map(HeaderValue::as_bytes))
}

/// Returns the code of an HTTP response without a gRPC status, such as that of a proxy.
pub(super) fn code_of_http(status: StatusCode) -> Code {
    match status.as_u16() {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502 | 503 | 504 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_statuses_map_to_codes() {
        for (status, code) in [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (502, 14), (503, 14), (504, 14)] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(code_of_http(status).number(), code, "{status}");
        }
        assert_eq!(code_of_http(StatusCode::IM_A_TEAPOT), Code::Unknown);
    }
}
