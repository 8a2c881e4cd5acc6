//! A call in the hands of a handler or of the test.

use std::sync::Arc;

use super::{progress::ScriptRun, reporter::FailureReporter};
use crate::{Context, Metadata};

/// A call that a handler or the test responds to. `M` is the request, all requests, or the stream of them.
#[derive(Debug)]
pub struct FakeCall<M> {
    request: Box<M>,
    cx: Context,
    number: usize,
    pub(in crate::fake) reporter: FailureReporter,
    pub(in crate::fake) run: Arc<ScriptRun>,
}

impl<M> FakeCall<M> {
    pub(in crate::fake) fn new(
        request: Box<M>,
        cx: Context,
        number: usize,
        reporter: FailureReporter,
        run: Arc<ScriptRun>,
    ) -> Self {
        Self { request, cx, number, reporter, run }
    }

    /// Returns the request.
    pub fn request(&self) -> &M {
        &self.request
    }

    /// Returns the request without the call.
    pub fn into_request(self) -> M {
        *self.request
    }

    /// Returns the number of the call among the calls of this method, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns the context that a handler of a real service would have.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// Returns the metadata of the request.
    pub fn metadata(&self) -> &Metadata {
        self.cx.metadata()
    }

    /// Completes when the call is over: cancelled by the caller, past its deadline, or answered.
    pub async fn cancelled(&self) {
        self.cx.cancelled().await;
    }

    pub(in crate::fake) fn request_mut(&mut self) -> &mut M {
        &mut self.request
    }

    /// Returns the request, and the call without it.
    pub(in crate::fake) fn split(self) -> (M, FakeCall<()>) {
        (*self.request, FakeCall::new(Box::new(()), self.cx, self.number, self.reporter, self.run))
    }

    pub(in crate::fake) fn with_request<N>(self, request: Box<N>) -> FakeCall<N> {
        FakeCall::new(request, self.cx, self.number, self.reporter, self.run)
    }
}
