//! gRPC-Web: gRPC for callers that read neither HTTP/2 nor trailers, such as pages in a browser.
//!
//! Messages travel as in gRPC, and the trailers after them as one more, whose first bit is set. Callers that cannot
//! read bytes as they come get all of it in base64.

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

use super::guard;
use crate::{Body, Code, Error, error::BoxError};

/// The first byte of the frame of trailers.
const TRAILERS: u8 = 0x80;

/// The content types of each form.
const BINARY: [&str; 2] = ["application/grpc-web", "application/grpc-web+proto"];
const TEXT: [&str; 2] = ["application/grpc-web-text", "application/grpc-web-text+proto"];

/// True if a request says that it is one of gRPC-Web.
pub(crate) fn says_web(headers: &HeaderMap) -> bool {
    guard::says(headers, BINARY[0])
}

/// Answers a request of gRPC-Web in the form in which it was made, by what `serve` answers to one of gRPC. What is
/// neither is left to `serve` to refuse.
pub(crate) async fn answer<B, A, F>(request: Request<B>, serve: impl FnOnce(Request<Body>) -> F) -> Response<Web<A>>
where
    F: Future<Output = Response<A>>,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let form = Form::of(request.headers());
    let request = match form {
        Some(form) => form.read(request),
        None => request.map(Body::new),
    };
    form.unwrap_or(Form::Binary).write(serve(request).await)
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Binary,
    /// In base64, in any number of pieces each of which may be padded.
    Text,
}

impl Form {
    fn of(headers: &HeaderMap) -> Option<Self> {
        match guard::content_type(headers)? {
            binary if guard::is_one_of(binary, BINARY) => Some(Self::Binary),
            text if guard::is_one_of(text, TEXT) => Some(Self::Text),
            _ => None,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Binary => BINARY[1],
            Self::Text => TEXT[1],
        })
    }

    /// The request as gRPC makes it.
    fn read<B>(self, request: Request<B>) -> Request<Body>
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let mut request = request.map(|body| match self {
            Self::Binary => Body::new(body),
            Self::Text => Body::new(Decoded { body, rest: BytesMut::new() }),
        });
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        request
    }

    /// The answer as its caller reads it. One of headers alone tells its status there, as in gRPC.
    fn write<A>(self, mut response: Response<A>) -> Response<Web<A>> {
        if response.headers().contains_key(CONTENT_TYPE) {
            response.headers_mut().insert(CONTENT_TYPE, self.content_type());
        }
        response.map(|frames| Web { frames, form: self })
    }

    fn print(self, bytes: Bytes) -> Bytes {
        match self {
            Self::Binary => bytes,
            Self::Text => STANDARD.encode(bytes).into(),
        }
    }
}

/// The body of an answer, trailers and all.
#[derive(Debug)]
pub(crate) struct Web<B> {
    frames: B,
    form: Form,
}

/// No size is known of it: there are the trailers besides its data.
impl<B: HttpBody<Data = Bytes, Error = Error> + Unpin> HttpBody for Web<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.frames).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map(|frame| Frame::data(self.form.print(bytes(frame))))))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_end_stream()
    }
}

fn bytes(frame: Frame<Bytes>) -> Bytes {
    match frame.into_data() {
        Ok(data) => data,
        Err(frame) => printed(&frame.into_trailers().unwrap_or_default()),
    }
}

/// Trailers as lines behind a prefix like that of a message.
fn printed(trailers: &HeaderMap) -> Bytes {
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

/// The bytes of a request in base64.
struct Decoded<B> {
    body: B,
    rest: BytesMut,
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin> HttpBody for Decoded<B> {
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

impl<B> Decoded<B> {
    /// All groups of four letters that are complete. Any may be padded, because a request is printed in pieces.
    fn decode(&mut self) -> Result<Bytes, DecodeError> {
        let whole = self.rest.len() / 4 * 4;
        let letters = self.rest.split_to(whole);
        let mut bytes = Vec::with_capacity(whole / 4 * 3);
        for group in letters.chunks(4) {
            STANDARD.decode_vec(group, &mut bytes)?;
        }
        Ok(bytes.into())
    }

    /// The last group, which not all pad.
    fn decode_last(&mut self) -> Result<Bytes, DecodeError> {
        STANDARD_NO_PAD.decode(self.rest.split()).map(Bytes::from)
    }
}

/// The error that the caller is told, with the code of any request that is malformed.
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
        Ok(Decoded { body, rest: BytesMut::new() }.collect().await?.to_bytes())
    }

    #[tokio::test]
    async fn base64_in_pieces() {
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
    fn trailers_are_lines() {
        let mut trailers = HeaderMap::new();
        trailers.append("grpc-status", HeaderValue::from_static("0"));
        trailers.append("x", HeaderValue::from_static("1"));
        trailers.append("x", HeaderValue::from_static("2"));
        assert_eq!(printed(&trailers), &b"\x80\x00\x00\x00\x1cgrpc-status: 0\r\nx: 1\r\nx: 2\r\n"[..]);
        assert_eq!(Form::Text.print(Bytes::from_static(&[0, 1])), "AAE=");
    }

    #[test]
    fn forms() {
        for (content_type, form) in [
            ("application/grpc-web", Some(Form::Binary)),
            ("application/grpc-web+proto;a=b", Some(Form::Binary)),
            ("application/grpc-web-text+proto", Some(Form::Text)),
            ("application/GRPC-Web-Text+proto", Some(Form::Text)),
            ("application/grpc-web+json", None),
            ("application/grpc", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(Form::of(&headers), form, "{content_type}");
        }
    }
}
