//! A call, as interceptors and observers see it.

use std::{any::Any, fmt, time::Duration};

use tokio::time::Instant;
use tracing::Span;

use crate::{Code, Context, Method};

/// A call that is under way.
pub struct Call {
    method: Method,
    side: Side,
    cx: Context,
    started: Instant,
    span: Span,
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

/// Which end of a call this process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It answers, over gRPC or HTTP.
    Server,
    /// It calls.
    Client,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it failed, `None` if it did not. A call that nobody waited for is [`Code::Cancelled`].
    pub code: Option<Code>,
    /// How long it took, from its head to its last byte; of an attempt, to the beginning of its answer if that streams.
    pub elapsed: Duration,
}

impl Call {
    /// A call that begins now.
    pub(super) fn new(method: Method, side: Side, cx: Context) -> Self {
        Self { method, side, cx, started: Instant::now(), span: Span::none(), kept: Vec::new() }
    }

    /// The method that is called.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Which end of the call this is.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The context, as the service trait gets it.
    pub fn cx(&self) -> &Context {
        &self.cx
    }

    /// Changes the context, as in `call.change(|cx| cx.with_value(identity))`.
    pub fn change(&mut self, change: impl FnOnce(Context) -> Context) {
        self.cx = change(std::mem::take(&mut self.cx));
    }

    /// Runs the call in this span. When the call ends, `rpc.response.status_code` is recorded in it, and
    /// `otel.status_code` if the call failed by a fault of this side.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    /// The span that the call runs in.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Keeps a value until the call ends, such as the permit that it holds.
    pub fn keep(&mut self, value: impl Any + Send + Sync) {
        self.kept.push(Box::new(value));
    }

    /// The outcome of the call if it ends now.
    pub(super) fn outcome(&self, code: Option<Code>) -> Outcome {
        Outcome { code, elapsed: self.started.elapsed() }
    }
}

impl Outcome {
    /// Whether it is a fault of this side, by OpenTelemetry: for a client each failure is, for a server what its caller
    /// is not to blame for.
    pub fn is_fault(&self, side: Side) -> bool {
        use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
        match side {
            Side::Client => self.code.is_some(),
            Side::Server => matches!(
                self.code,
                Some(Unknown | DeadlineExceeded | Unimplemented | Internal | Unavailable | DataLoss)
            ),
        }
    }

    /// Writes it down in a span.
    pub(super) fn record(&self, span: &Span, side: Side) {
        span.record("rpc.response.status_code", self.status());
        if self.is_fault(side) {
            span.record("otel.status_code", "ERROR");
        }
    }

    /// The name of the code, `OK` if the call did not fail.
    pub fn status(&self) -> &'static str {
        self.code.map_or("OK", Code::name)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method.full_name())
            .field("side", &self.side)
            .field("cx", &self.cx)
            .finish_non_exhaustive()
    }
}
