//! The code of a response without a gRPC status.

use http::StatusCode;

use crate::Code;
pub(crate) use crate::grpc::status::from_headers as read;

/// The code of an HTTP answer that has no status of gRPC, such as that of a proxy.
pub(crate) fn of_http(status: StatusCode) -> Code {
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
    fn answers_of_proxies() {
        for (status, code) in [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (502, 14), (503, 14), (504, 14)] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(of_http(status).number(), code, "{status}");
        }
        assert_eq!(of_http(StatusCode::IM_A_TEAPOT), Code::Unknown);
    }
}
