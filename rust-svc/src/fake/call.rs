//! A call in the hands of a script's handler or of the test.

use std::sync::Arc;

use crate::{
    Code, Context, Error, Metadata, Method,
    fake::{session::Ledger, text},
};

/// A call that is to be answered. `M` is the request, or all requests, or the stream of them.
#[derive(Debug)]
pub struct Call<M> {
    request: Box<M>,
    cx: Context,
    number: usize,
    reporter: Reporter,
}

/// Where a script tells that a call went another way than it says.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    pub(super) method: Method,
    pub(super) number: usize,
    pub(super) ledger: Arc<Ledger>,
}

impl<M> Call<M> {
    pub(super) fn new(request: Box<M>, cx: Context, number: usize, reporter: Reporter) -> Self {
        Self { request, cx, number, reporter }
    }

    /// The request.
    pub fn request(&self) -> &M {
        &self.request
    }

    /// The request, to keep.
    pub fn into_request(self) -> M {
        *self.request
    }

    /// Which call of this method it is, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The context that a handler of a real service would have.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The metadata of the request.
    pub fn metadata(&self) -> &Metadata {
        self.cx.metadata()
    }

    /// Completes when nobody waits for the answer any more: the caller went away, the deadline passed, or the call
    /// ended.
    pub async fn cancelled(&self) {
        self.cx.cancelled().await;
    }

    pub(super) fn request_mut(&mut self) -> &mut M {
        &mut self.request
    }

    pub(super) fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    pub(super) fn split(self) -> (M, Call<()>) {
        (*self.request, Call::new(Box::new(()), self.cx, self.number, self.reporter))
    }

    pub(super) fn with_request<N>(self, request: N) -> Call<N> {
        Call::new(Box::new(request), self.cx, self.number, self.reporter)
    }
}

impl Reporter {
    /// Keeps for the test what was unexpected, and makes the error that the caller gets.
    pub(super) fn unexpected(&self, what: &str) -> Error {
        self.ledger.fail(&self.method, text::unexpected(&self.method, self.number, what));
        Error::new(Code::FailedPrecondition, format!("{}: {what}", self.method.full_name()))
    }
}
