//! The body of a gRPC request or response, whatever produces it.

use std::{
    any::Any,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};

use crate::error::BoxError;

/// The body of an HTTP request or response, of a type that only its producer knows.
///
/// Wrapping a `Body` or an empty body allocates nothing.
#[derive(Default)]
pub struct Body(Option<UnsyncBoxBody<Bytes, BoxError>>);

impl Body {
    /// Returns a body without frames.
    pub const fn empty() -> Self {
        Self(None)
    }

    /// Wraps a body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        if body.is_end_stream() {
            return Self::empty();
        }
        let mut body = Some(body);
        let wrapped = (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>().and_then(Option::take);
        wrapped.unwrap_or_else(|| Self(body.map(|body| body.map_err(Into::into).boxed_unsync())))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.get_mut().0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn frames_and_size_are_those_of_the_wrapped_body() {
        let body = Body::new(Full::from("abc"));
        assert_eq!(http_body::Body::size_hint(&body).exact(), Some(3));
        assert_eq!(body.collect().await.expect("bytes").to_bytes(), "abc");
    }

    #[test]
    fn empty_bodies_end_at_once() {
        for body in [Body::empty(), Body::default(), Body::new(Full::from("")), Body::new(Body::empty())] {
            assert!(http_body::Body::is_end_stream(&body));
            assert_eq!(http_body::Body::size_hint(&body).exact(), Some(0));
        }
    }

    #[test]
    fn a_body_is_not_wrapped_twice() {
        let inner = |Body(body): &Body| body.as_ref().map(|it| std::ptr::from_ref(it).cast::<()>());
        let body = Body::new(Full::from("abc"));
        assert!(inner(&body).is_some());
        let size = size_of_val(&body);
        assert_eq!(size_of_val(&Body::new(body)), size);
    }
}
