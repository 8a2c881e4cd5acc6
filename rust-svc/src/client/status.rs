//! The status of a call, as it travels in headers and trailers.

use http::{HeaderMap, StatusCode};

use crate::{Code, Error, Metadata, Result, grpc::metadata, types::rpc};

/// The status among headers or trailers: the metadata beside it if it is OK, or else the error. `None` if there is no
/// status.
pub(crate) fn read(headers: &HeaderMap) -> Option<Result<Metadata>> {
    let number =
        metadata::first(headers, &tonic::Status::GRPC_STATUS)?.to_str().ok().and_then(|text| text.parse().ok());
    let metadata = metadata::from_headers(headers);
    match Code::from_number(number.unwrap_or(Code::Unknown.number())) {
        None => Some(Ok(metadata)),
        Some(code) => Some(Err(error(code, headers).with_metadata(metadata))),
    }
}

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

/// Code and message are those of the headers; the details are read as far as they can be.
fn error(code: Code, headers: &HeaderMap) -> Error {
    let message = headers.get("grpc-message").map(|value| percent::decode(value.as_bytes())).unwrap_or_default();
    let details = details(headers).unwrap_or_default().details;
    Error::from(rpc::Status { code: code.number(), message, details })
}

fn details(headers: &HeaderMap) -> Option<rpc::Status> {
    let text = headers.get("grpc-status-details-bin")?.to_str().ok()?;
    let bytes = metadata::decode(text)?;
    prost::Message::decode(bytes.as_binary()?).ok()
}

/// The percent encoding of `grpc-message`.
mod percent {
    /// Decodes what is well formed and keeps what is not, as gRPC asks.
    pub(super) fn decode(encoded: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(encoded.len());
        let mut rest = encoded;
        while let [first, tail @ ..] = rest {
            let (byte, tail) = escape(rest).unwrap_or((*first, tail));
            bytes.push(byte);
            rest = tail;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
        let [b'%', high, low, tail @ ..] = text else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = digit(*high)? * 16 + digit(*low)?;
        Some((u8::try_from(byte).ok()?, tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(entries: &[(&'static str, &'static str)]) -> HeaderMap {
        entries.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn codes() {
        for (text, code) in [
            ("5", Code::NotFound),
            ("16", Code::Unauthenticated),
            ("17", Code::Unknown),
            ("-1", Code::Unknown),
            ("five", Code::Unknown),
            ("", Code::Unknown),
        ] {
            let error = read(&headers(&[("grpc-status", text)])).expect("a status").expect_err("an error");
            assert_eq!(error.code(), code, "{text:?}");
        }
        assert!(matches!(read(&headers(&[("grpc-status", "0")])), Some(Ok(_))));
        assert!(read(&headers(&[("content-type", "application/grpc")])).is_none());
    }

    #[test]
    fn messages() {
        for (text, message) in [
            ("plain", "plain"),
            ("50%25 of it", "50% of it"),
            ("caf%C3%A9", "café"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%FF", "\u{fffd}"),
        ] {
            let error = read(&headers(&[("grpc-status", "2"), ("grpc-message", text)]));
            assert_eq!(error.expect("a status").expect_err("an error").message(), message);
        }
    }

    #[test]
    fn details_that_are_none_are_left_out() {
        for details in ["AAAA", "not base64!", "%%%", "CAUSA2Jhcg"] {
            let all = headers(&[("grpc-status", "5"), ("grpc-status-details-bin", details), ("x-shard", "7")]);
            let error = read(&all).expect("a status").expect_err("an error");
            assert_eq!((error.code(), error.message(), error.details().len()), (Code::NotFound, "", 0));
            assert_eq!(error.metadata().get("x-shard"), Some("7"));
        }
    }

    #[test]
    fn answers_of_proxies() {
        for (status, code) in [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (502, 14), (503, 14), (504, 14)] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(of_http(status).number(), code, "{status}");
        }
        assert_eq!(of_http(StatusCode::IM_A_TEAPOT), Code::Unknown);
    }
}
