//! gRPC-Web: gRPC for callers without HTTP/2 or trailers, such as pages in a browser.
//!
//! Messages are framed as in gRPC. The trailers follow as one more frame, whose first bit is set. Callers that cannot read
//! binary streams get base64.

use std::{
    pin::Pin,
    task::{self, Poll, ready},
};

use base64::{
    DecodeError, Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame};

use crate::{
    Body, Code, Error,
    error::BoxError,
    grpc::content_type::{self, GRPC, WEB, WEB_TEXT},
};

/// The first byte of the frame of trailers.
const TRAILERS: u8 = 0x80;

/// Serves a gRPC-Web request by a function that serves gRPC. Other requests are passed on, to be refused.
pub(crate) async fn respond<B, A, F>(
    request: Request<B>,
    serve: impl FnOnce(Request<Body>) -> F,
) -> Response<WebBody<A>>
where
    F: Future<Output = Response<A>>,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let encoding = WebEncoding::from_headers(request.headers());
    let request = match encoding {
        Some(encoding) => encoding.to_grpc(request),
        None => request.map(Body::new),
    };
    encoding.unwrap_or(WebEncoding::Binary).to_web(serve(request).await)
}

/// The encoding of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WebEncoding {
    Binary,
    /// Base64 in any number of pieces, each of which may be padded.
    Text,
}

impl WebEncoding {
    fn from_headers(headers: &HeaderMap) -> Option<Self> {
        match content_type::single(headers)? {
            binary if content_type::is_one_of(binary, WEB) => Some(Self::Binary),
            text if content_type::is_one_of(text, WEB_TEXT) => Some(Self::Text),
            _ => None,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Binary => WEB[1],
            Self::Text => WEB_TEXT[1],
        })
    }

    /// Converts a request to gRPC.
    fn to_grpc<B>(self, request: Request<B>) -> Request<Body>
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let mut request = request.map(|body| match self {
            Self::Binary => Body::new(body),
            Self::Text => Body::new(Base64Body { body, rest: BytesMut::new() }),
        });
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(GRPC));
        request
    }

    /// Converts a gRPC response. The status of a trailers-only response remains in its headers, as in gRPC.
    fn to_web<A>(self, mut response: Response<A>) -> Response<WebBody<A>> {
        if response.headers().contains_key(CONTENT_TYPE) {
            response.headers_mut().insert(CONTENT_TYPE, self.content_type());
        }
        response.map(|frames| WebBody { frames, encoding: self })
    }

    fn encode(self, bytes: Bytes) -> Bytes {
        match self {
            Self::Binary => bytes,
            Self::Text => STANDARD.encode(bytes).into(),
        }
    }
}

/// The body of a response, with its trailers as data.
#[derive(Debug)]
pub(crate) struct WebBody<B> {
    frames: B,
    encoding: WebEncoding,
}

/// The default size hint applies, because the size of the data does not count the trailers.
impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for WebBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.frames).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map(|frame| Frame::data(self.encoding.encode(bytes(frame))))))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_end_stream()
    }
}

fn bytes(frame: Frame<Bytes>) -> Bytes {
    match frame.into_data() {
        Ok(data) => data,
        Err(frame) => encode_trailers(&frame.into_trailers().unwrap_or_default()),
    }
}

/// Encodes trailers as lines, with a prefix like that of a message.
fn encode_trailers(trailers: &HeaderMap) -> Bytes {
    let mut lines = BytesMut::new();
    for (name, value) in trailers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            lines.put_slice(part);
        }
    }
    let mut frame = BytesMut::with_capacity(5 + lines.len());
    frame.put_u8(TRAILERS);
    frame.put_u32(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    frame.unsplit(lines);
    frame.freeze()
}

/// The body of a request in base64.
struct Base64Body<B> {
    body: B,
    rest: BytesMut,
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin> HttpBody for Base64Body<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.rest.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None if self.rest.is_empty() => return Poll::Ready(None),
                None => return Poll::Ready(Some(self.decode_last().map(Frame::data).map_err(malformed))),
            }
            if self.rest.len() >= 4 {
                return Poll::Ready(Some(self.decode().map(Frame::data).map_err(malformed)));
            }
        }
    }
}

impl<B> Base64Body<B> {
    /// Decodes the complete groups of four letters. Any may be padded, because a request may be encoded in pieces.
    fn decode(&mut self) -> Result<Bytes, DecodeError> {
        let whole = self.rest.len() / 4 * 4;
        let letters = self.rest.split_to(whole);
        let mut bytes = Vec::with_capacity(whole / 4 * 3);
        for group in letters.chunks(4) {
            STANDARD.decode_vec(group, &mut bytes)?;
        }
        Ok(bytes.into())
    }

    /// Decodes the last group, which may lack padding.
    fn decode_last(&mut self) -> Result<Bytes, DecodeError> {
        STANDARD_NO_PAD.decode(self.rest.split()).map(Bytes::from)
    }
}

/// Returns the error for the caller, with the code of any malformed request.
fn malformed(_: DecodeError) -> BoxError {
    Error::new(Code::Internal, "the request is not in base64, which has no line breaks").into()
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    async fn decode(pieces: &[&'static str]) -> Result<Bytes, BoxError> {
        let frames = pieces.iter().map(|piece| Ok::<_, BoxError>(Frame::data(Bytes::from_static(piece.as_bytes()))));
        let body = StreamBody::new(stream::iter(frames.collect::<Vec<_>>()));
        Ok(Base64Body { body, rest: BytesMut::new() }.collect().await?.to_bytes())
    }

    #[tokio::test]
    async fn base64_is_decoded_in_pieces() {
        for pieces in [
            &["AAECAwQ="][..],
            &["AAE", "C", "AwQ="],
            &["AA==", "AQIDBA=="],
            &["AA==AQ==", "AgMEAA==", ""],
            &["AAECAwQ"],
            &["AAEC", "Aw", "QAAA"],
            &["AAECAwQAA", "A"],
        ] {
            let bytes = decode(pieces).await.expect("base64");
            assert!(bytes.starts_with(&[0, 1, 2, 3, 4]), "{pieces:?} {bytes:?}");
        }
        for pieces in
            [&["AAEC", "A"][..], &["AAEC", "AA="], &["AAEC", "\n"], &["AAEC\r\n"], &["===="], &["A?=="], &["AA=A"]]
        {
            let error = decode(pieces).await.expect_err("no base64");
            assert!(error.to_string().contains("base64"), "{pieces:?} {error}");
        }
    }

    #[test]
    fn trailers_are_encoded_as_lines() {
        let mut trailers = HeaderMap::new();
        trailers.append("grpc-status", HeaderValue::from_static("0"));
        trailers.append("x", HeaderValue::from_static("1"));
        trailers.append("x", HeaderValue::from_static("2"));
        assert_eq!(encode_trailers(&trailers), &b"\x80\x00\x00\x00\x1cgrpc-status: 0\r\nx: 1\r\nx: 2\r\n"[..]);
        assert_eq!(WebEncoding::Text.encode(Bytes::from_static(&[0, 1])), "AAE=");
    }

    #[test]
    fn the_encoding_is_read_from_the_content_type() {
        for (content_type, form) in [
            ("application/grpc-web", Some(WebEncoding::Binary)),
            ("application/grpc-web+proto;a=b", Some(WebEncoding::Binary)),
            ("application/grpc-web-text+proto", Some(WebEncoding::Text)),
            ("application/GRPC-Web-Text+proto", Some(WebEncoding::Text)),
            ("application/grpc-web+json", None),
            ("application/grpc", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(WebEncoding::from_headers(&headers), form, "{content_type}");
        }
    }
}
